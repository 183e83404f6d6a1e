-- Captures above what was authorised, by no more than is declared: a match, which says what was used.
--
-- Grain:   updates all rows of such a payment.
-- Binds:   tolerances (jsonb: per currency its minor units and parts per million).
-- Reason:  asked of the payment as a whole, also where one capture alone equals the authorisation. Only
--          captures exceed: where something was void or expired as well, more was given up than there was.
with

declared as (

    select
        rule,
        currency,
        minor,
        ppm
    from jsonb_to_recordset(%(tolerances)s) as rows (rule text, currency text, minor bigint, ppm bigint)

),

payments as (

    select
        payment_key,
        nextval('internal.item_ids') as match_id,
        currency,
        taken_minor - authorised_minor as used_minor,
        authorised_minor
    from (
        select
            payment_key,
            min(currency) as currency,
            sum(amount_minor) filter (where side = 'statement')::bigint as taken_minor,
            sum(amount_minor) filter (where side = 'ledger')::bigint as authorised_minor
        from work_hard
        where moves_money
        group by payment_key
        having
            min(currency) = max(currency)
            and bool_and(side = 'ledger' or type = 'capture')
    ) as totals
    where taken_minor > authorised_minor

)

update work_hard set
    state = 'matched',
    match_id = payments.match_id,
    rule = declared.rule,
    absorbed_minor = payments.used_minor
from payments
inner join declared on payments.currency = declared.currency
where
    payments.used_minor <= internal.tolerated_minor(payments.authorised_minor, declared.minor, declared.ppm)
    and work_hard.payment_key = payments.payment_key
    and work_hard.moves_money;
