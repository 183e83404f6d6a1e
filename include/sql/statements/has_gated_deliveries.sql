-- Has a portion of the files that wait been gated before?
--
-- Grain:   one row.
-- Binds:   none.
select exists (select from work_gated_deliveries) as is_flagged
