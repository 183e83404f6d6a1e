-- Takes the account's lock until the end of the transaction; who else publishes waits here.
--
-- Binds:   account_id (integer).
select pg_advisory_xact_lock(hashtextextended('reconciliation account ' || %(account_id)s::text, 0));
