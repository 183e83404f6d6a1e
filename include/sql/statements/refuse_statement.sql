-- Notes a refused statement; one that was refused before gets the new reason.
--
-- Grain:   one row: the statement, and whether it is refused for the first time.
-- Binds:   account_id (integer), delivery_id (bigint), attempt_id (bigint), statement_key (text),
--          sequence_number (bigint), format (text), reason_code and sentence (text).
with

refused_again as (

    update internal.statements
    set
        attempt_id = %(attempt_id)s,
        reason_code = %(reason_code)s,
        quarantine_reason = %(sentence)s::text
    where
        delivery_id = %(delivery_id)s
        and statement_key = %(statement_key)s
        and state = 'quarantined'
    returning statement_id

),

added as (

    insert into internal.statements (
        account_id, delivery_id, attempt_id, statement_key, sequence_number, format, state, reason_code,
        quarantine_reason, proved_by
    )
    select
        %(account_id)s, %(delivery_id)s, %(attempt_id)s, %(statement_key)s, %(sequence_number)s, %(format)s,
        'quarantined', %(reason_code)s, %(sentence)s, 'nothing'
    where not exists (select from refused_again)
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
from refused_again
