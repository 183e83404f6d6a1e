-- How many rows do the two lists have?
--
-- Grain:   one row.
-- Binds:   none; reads the workspace.
select
    (select count(*) from work_report_discrepancies) as discrepancies,
    (select count(*) from work_report_pending) as pending
