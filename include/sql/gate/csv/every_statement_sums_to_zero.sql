-- Statements whose rows, payout and balance transfer included, do not sum to zero.
--
-- Grain:   one row per statement and net currency, at its last group's first row; no row means the promise
--          holds. Such a statement is closed when it is reported, so a sum that is left over means lost rows.
-- Binds:   none. Reads work_sums.
select
    last_row as row_number,
    'net, ' || statement_key as column_name,
    internal.money_text(0, currency)
    || case when has_payout then '' else ' with a payout or balance transfer, of which there is none' end as expected,
    -- A sum may be larger than any amount that a file may have.
    round(net / 10::numeric ^ exponent, exponent) || ' ' || currency as found
from work_sums
where net <> 0
order by statement_key, currency
