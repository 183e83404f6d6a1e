-- Who may begin a call of this request now? One transaction at a time.
--
-- Grain:   one row.
-- Binds:   request_id (text).
select pg_advisory_xact_lock(hashtextextended('reconciliation call ' || %(request_id)s::text, 0))
