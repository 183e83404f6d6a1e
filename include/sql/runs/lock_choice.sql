-- Waits until nobody else chooses a window for this account.
--
-- Grain:   one row without meaning.
-- Binds:   account_id (integer).
select pg_advisory_xact_lock(hashtextextended('reconciliation choose ' || %(account_id)s::text, 0));
