-- Who may decide about a payout now? One transaction at a time.
--
-- Grain:   one row.
-- Binds:   provider_payout_id (text).
select pg_advisory_xact_lock(hashtextextended('payout ' || %(provider_payout_id)s::text, 0))
