-- Did the rows of the delivery arrive?
--
-- Grain:   one row.
-- Binds:   none.
select to_regclass('work_raw_rows') is not null as is_flagged
