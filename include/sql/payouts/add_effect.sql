-- Notes what a decision has changed in the payouts system.
--
-- Grain:   no rows.
-- Binds:   decision_id (bigint), effect (text).
insert into internal.payout_effects (decision_id, effect)
values (%(decision_id)s, %(effect)s)
