-- Which statements does a refused file seem to hold?
--
-- Grain:   one row per statement and currency, the first twenty.
-- Binds:   account (text): NULL for any.
select
    statements.own_key as statement_key,
    statements.sequence_number,
    statements.account,
    sums.currency,
    sums.lines,
    sums.opening_minor,
    sums.closing_minor,
    -- Where the parser gave up no line is left; what eight bytes do not hold is not shown.
    case
        when
            exists (select from work_raw_rows)
            and abs(sums.opening_minor + sums.net_minor - sums.closing_minor) < 9223372036854775807
            then (sums.opening_minor + sums.net_minor - sums.closing_minor)::bigint
    end as residual_minor
from (
    select
        own_key,
        max(sequence_number) as sequence_number,
        max(account) as account,
        min(page_number) as page_number
    from work_parsed_statements
    group by own_key
) as statements
left join work_parsed_sums as sums
    on statements.own_key = sums.own_key
where
    statements.account in (%(account)s::text, '')
    or %(account)s::text is null
order by statements.page_number, sums.currency
limit 20
