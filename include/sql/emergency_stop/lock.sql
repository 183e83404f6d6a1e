-- Who may stop or start payments now? One transaction at a time.
--
-- Grain:   one row.
-- Binds:   none.
select pg_advisory_xact_lock(hashtextextended('reconciliation emergency stop', 0))
