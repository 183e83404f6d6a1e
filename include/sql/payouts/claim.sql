-- May this payout be asked about now? Claims it: for the time of the lease nobody else will.
--
-- Grain:   one row with the moment of asking, or none while somebody else has the claim.
-- Binds:   provider_payout_id (text), lease_seconds (integer).
insert into internal.payout_claims (provider_payout_id, claimed_until)
values (%(provider_payout_id)s, clock_timestamp() + make_interval(secs => %(lease_seconds)s))
on conflict (provider_payout_id) do update
set claimed_until = excluded.claimed_until
where payout_claims.claimed_until <= clock_timestamp()
returning claimed_until, clock_timestamp() as asked_at
