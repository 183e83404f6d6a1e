-- Notes that the gate is through, and what it found.
--
-- Grain:   one row.
-- Binds:   attempt_id (bigint), account_id (integer).
with

marked as (

    update internal.attempts
    set validated_at = coalesce(validated_at, clock_timestamp())
    where attempt_id = %(attempt_id)s

)

select
    count(*) filter (where state = 'accepted') as accepted,
    count(*) filter (where state = 'quarantined' and attempt_id = %(attempt_id)s) as quarantined
from internal.statements
where account_id = %(account_id)s and state in ('accepted', 'quarantined');
