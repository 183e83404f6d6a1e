-- All of the correction log, as its rows were hashed.
--
-- Grain:   one row per row of the log, in order.
-- Binds:   none.
select * from internal.correction_log
order by sequence_number
