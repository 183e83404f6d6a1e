-- Statements whose opening balance and lines do not come to the closing balance.
--
-- Grain:   one row per statement and currency that states both balances; no row means the promise holds.
-- Binds:   none. Reads work_sums.
-- Reason:  a sum may be larger than any amount that a file may have.
select
    sums.last_row as row_number,
    'net' as column_name,
    'opening ' || round(sums.opening / units.worth, sums.exponent) || ' + lines '
    || round(sums.net / units.worth, sums.exponent) || ' = closing '
    || round(sums.closing / units.worth, sums.exponent) || ' ' || sums.currency as expected,
    'a residual of ' || round((sums.opening + sums.net - sums.closing) / units.worth, sums.exponent) || ' '
    || sums.currency as found
from work_sums as sums
cross join lateral (select 10::numeric ^ sums.exponent as worth) as units
where sums.opening + sums.net <> sums.closing
order by sums.statement_key, sums.currency
