-- Waits until no other transaction changes which statements of the account wait to come into force.
--
-- Grain:   one row without meaning.
-- Binds:   account_id (integer).
select
    pg_advisory_xact_lock(hashtextextended('reconciliation statements ' || %(account_id)s::text, 0));
