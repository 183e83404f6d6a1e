-- Ledger rows that are due and not covered, by the day on which they should have settled.
--
-- Grain:   one row per due day and currency.
-- Binds:   none.
select
    due_on,
    currency,
    count(*)::bigint as rows,
    sum(abs(amount_minor))::bigint as exposure_minor
from work_open_rows
where side = 'ledger' and reason = 'awaiting_statement'
group by due_on, currency
order by due_on, currency;
