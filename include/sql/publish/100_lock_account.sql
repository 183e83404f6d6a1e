-- Takes the account's lock until the end of the transaction; who else publishes waits here.
--
-- Grain:   one row, which says nothing; the lock is the effect.
-- Binds:   account_id (integer).
select pg_advisory_xact_lock(hashtextextended('reconciliation account ' || %(account_id)s::text, 0));
