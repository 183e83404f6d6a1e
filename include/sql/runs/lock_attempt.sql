-- Waits until no other step of the attempt works, in any branch.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint).
select pg_advisory_xact_lock(hashtextextended('reconciliation attempt ' || %(attempt_id)s::text, 0));
