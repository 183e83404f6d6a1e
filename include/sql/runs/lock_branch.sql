-- Waits until no other step of this branch of the attempt works; the other branch may.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint), branch (text).
select
    pg_advisory_xact_lock_shared(hashtextextended('reconciliation attempt ' || %(attempt_id)s::text, 0)),
    pg_advisory_xact_lock(
        hashtextextended('reconciliation attempt ' || %(attempt_id)s::text || ' ' || %(branch)s::text, 0)
    );
