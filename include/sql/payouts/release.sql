-- Gives a claim back, unless it ran out and is somebody else's by now.
--
-- Grain:   no rows.
-- Binds:   provider_payout_id (text), claimed_until (timestamptz).
update internal.payout_claims
set claimed_until = clock_timestamp()
where provider_payout_id = %(provider_payout_id)s and claimed_until = %(claimed_until)s
