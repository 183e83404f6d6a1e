-- What does the event store hold of a payment, row by row, as it is?
--
-- Grain:   one row per row of the store, as the text that PostgreSQL writes it as.
-- Binds:   payment_id (text).
select
    1 as place,
    'intents' as table_name,
    payment_id as row_key,
    row_to_json(intents)::text as row_text
from payments.intents
where payment_id = %(payment_id)s
union all
select
    2 as place,
    'attempts' as table_name,
    lpad(attempt_number::text, 10, '0') || ' ' || attempt_id as row_key,
    row_to_json(attempts)::text as row_text
from payments.attempts
where payment_id = %(payment_id)s
union all
select
    3 as place,
    'events' as table_name,
    lpad(sequence_number::text, 10, '0') || ' ' || event_id as row_key,
    row_to_json(events)::text as row_text
from payments.events
where payment_id = %(payment_id)s
union all
select
    4 as place,
    'projections' as table_name,
    payment_id as row_key,
    row_to_json(projections)::text as row_text
from payments.projections
where payment_id = %(payment_id)s
union all
select
    5 as place,
    'operator_actions' as table_name,
    action_id as row_key,
    row_to_json(operator_actions)::text as row_text
from payments.operator_actions
where payment_id = %(payment_id)s
order by place, row_key
