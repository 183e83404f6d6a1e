-- Which payments are to be replayed?
--
-- Grain:   one row per payment that has an event, a projection or an intent.
-- Binds:   payment_id (text or null) - that one alone; recorded_from, recorded_to (timestamptz or null) -
--          half-open, payments of which something was recorded in it.
select payment_id
from payments.events
where
    (%(payment_id)s::text is null or payment_id = %(payment_id)s)
    and (%(recorded_from)s::timestamptz is null or recorded_at >= %(recorded_from)s)
    and (%(recorded_to)s::timestamptz is null or recorded_at < %(recorded_to)s)
union
select payment_id
from payments.projections
where
    (%(payment_id)s::text is null or payment_id = %(payment_id)s)
    and (%(recorded_from)s::timestamptz is null or updated_at >= %(recorded_from)s)
    and (%(recorded_to)s::timestamptz is null or updated_at < %(recorded_to)s)
union
select payment_id
from payments.intents
where
    (%(payment_id)s::text is null or payment_id = %(payment_id)s)
    and (%(recorded_from)s::timestamptz is null or created_at >= %(recorded_from)s)
    and (%(recorded_to)s::timestamptz is null or created_at < %(recorded_to)s)
order by payment_id
