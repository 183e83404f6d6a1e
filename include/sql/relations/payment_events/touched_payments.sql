-- Of which payments was an event recorded in the window?
--
-- Grain:   one row per payment.
-- Binds:   window_start, window_end (timestamptz) - half-open.
select distinct payment_id
from payments.events
where
    recorded_at >= %(window_start)s
    and recorded_at < %(window_end)s
