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
    (select count(*) from internal.statements where account_id = %(account_id)s and state = 'accepted') as accepted,
    (
        select count(*)
        from internal.statements
        where account_id = %(account_id)s and state = 'quarantined' and attempt_id = %(attempt_id)s
    ) as quarantined,
    (select count(*) from work_statement_lines) as lines
