-- Which intents had a transaction made or processed in the window?
--
-- Grain:   one row per intent.
-- Binds:   window_start, window_end (timestamptz) - half-open.
select intent_id
from payment_transactions
where created_at >= %(window_start)s and created_at < %(window_end)s
union
select intent_id
from payment_transactions
where processed_at >= %(window_start)s and processed_at < %(window_end)s
