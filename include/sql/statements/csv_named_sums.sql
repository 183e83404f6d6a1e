-- Which statements of this account does a file that is being refused hold, and what is left unexplained?
--
-- Grain:   one row per statement and currency, the first twenty.
-- Binds:   account (text): NULL for any; has_account (boolean); sums_to_zero (boolean): the format promises
--          that nothing is left of a statement's rows; file_key (text), as for csv_named. Reads work_sums and
--          work_statement_keys.
-- Reason:  what eight bytes do not hold, or is no whole minor unit, is not shown.
select
    case
        when sums.statement_key in (select statement_key from work_statement_keys where written = '')
            then coalesce(%(file_key)s::text, sums.statement_key)
        else sums.statement_key
    end as statement_key,
    sums.sequence_number,
    sums.account,
    sums.currency,
    sums.lines::bigint as lines,
    shown.opening_minor,
    shown.closing_minor,
    shown.residual_minor
from work_sums as sums
cross join lateral (
    select
        max(amounts.amount) filter (where amounts.what = 'opening')::bigint as opening_minor,
        max(amounts.amount) filter (where amounts.what = 'closing')::bigint as closing_minor,
        max(amounts.amount) filter (where amounts.what = 'residual')::bigint as residual_minor
    from (
        values
        ('opening', sums.opening),
        ('closing', sums.closing),
        ('residual', sums.opening + sums.net - sums.closing),
        ('residual', case when %(sums_to_zero)s::boolean and sums.opening is null then sums.net end)
    ) as amounts (what, amount)
    where
        abs(amounts.amount) < 9223372036854775807
        and amounts.amount = trunc(amounts.amount)
) as shown
where
    sums.statement_key is not null
    and (
        %(account)s::text is null
        or not %(has_account)s::boolean
        or %(account)s::text = any(string_to_array(sums.account, ', '))
    )
order by sums.sequence_number, sums.statement_key, sums.currency
limit 20
