-- Takes what a leg of the gateway proved to what the others proved, where it is published and reported.
--
-- Grain:   adds totals, roll-forward, buckets and what was absorbed. {{leg}} is the leg's part of the workspace.
insert into work_run_totals
select * from {leg}.work_run_totals;

insert into work_run_rolls
select * from {leg}.work_run_rolls;

insert into work_run_buckets
select * from {leg}.work_run_buckets;

insert into work_run_absorbed
select * from {leg}.work_run_absorbed;
