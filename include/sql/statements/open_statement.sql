-- The row of a proved statement: the one that this delivery has already, or a new one.
--
-- Grain:   one row, or none when the delivery's statement of that key was decided before.
-- Binds:   account_id (integer), delivery_id (bigint), attempt_id (bigint), statement_key (text),
--          sequence_number (bigint), version_stamp (text), format (text), notices (text[]), proved_by (text).
with

earlier as (

    select
        statement_id,
        state
    from internal.statements
    where
        delivery_id = %(delivery_id)s
        and statement_key = %(statement_key)s
        and state not in ('quarantined', 'corrected')

),

added as (

    insert into internal.statements (
        account_id, delivery_id, attempt_id, statement_key, sequence_number, version_stamp, format, state,
        notices, proved_by
    )
    select
        %(account_id)s, %(delivery_id)s, %(attempt_id)s, %(statement_key)s, %(sequence_number)s,
        %(version_stamp)s, %(format)s, 'accepted', %(notices)s, %(proved_by)s
    where not exists (select from earlier)
    returning statement_id

)

select
    statement_id,
    true as is_new
from added
union all
select
    statement_id,
    false as is_new
from earlier
where state = 'accepted'
