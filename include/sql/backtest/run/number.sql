-- Gives the run that is stored next the number of the one that it replays.
--
-- Grain:   one row without meaning.
-- Binds:   run_number (bigint).
select setval(pg_get_serial_sequence('internal.runs', 'run_number'), %(run_number)s, false)
