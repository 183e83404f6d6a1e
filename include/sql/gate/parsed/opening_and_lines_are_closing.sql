-- Statements whose opening balance and lines do not come to the closing balance.
--
-- Grain:   one row per statement and currency that states both balances; no row means the promise holds.
-- Binds:   none.
select
    min(statements.row_number) as row_number,
    'closing balance of ' || sums.own_key as column_name,
    'opening ' || internal.money_text(sums.opening_minor, sums.currency) || ' + '
    || sums.lines || ' lines ' || internal.money_text(sums.net_minor::bigint, sums.currency)
    || ' = closing ' || internal.money_text(sums.closing_minor, sums.currency) as expected,
    'a residual of '
    || internal.money_text((sums.opening_minor + sums.net_minor - sums.closing_minor)::bigint, sums.currency) as found
from work_parsed_sums as sums
inner join work_parsed_statements as statements
    on sums.own_key = statements.own_key
where sums.opening_minor + sums.net_minor <> sums.closing_minor
group by sums.own_key, sums.currency, sums.opening_minor, sums.closing_minor, sums.lines, sums.net_minor
order by min(statements.page_number), sums.currency
