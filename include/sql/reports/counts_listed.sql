-- How many rows do the lists have?
--
-- Grain:   one row.
-- Binds:   none; reads the workspace.
select
    (select count(*) from work_report_discrepancies) as discrepancies,
    (select count(*) from work_report_pending) as pending,
    (select count(*) from work_causes) as causes,
    (select count(*) from work_fee_differences) as fees
