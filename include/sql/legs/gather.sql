-- Takes what a leg of the gateway decided to what the others decided, where it is published and reported.
--
-- Grain:   adds open rows, their descriptions and discrepancies. {{leg}} is the leg's part of the workspace.
-- Reason:  a row may be open on two legs; it is described once.
insert into work_open_rows
select * from {leg}.work_open_rows;

insert into work_items
select added.*
from {leg}.work_items as added
where not exists (
    select from work_items as known
    where known.side = added.side and known.item_id = added.item_id
);

insert into work_discrepancies
select * from {leg}.work_discrepancies;
