-- Opening or closing balances that a statement states more than once.
--
-- Grain:   one row per statement, account, currency and kind of balance, at the last such row; no row means
--          the promise holds.
-- Binds:   has_statement (boolean). Reads work_control, work_types, work_units, work_statement_keys.
-- Reason:  a file that was pasted into itself, or holds another version of itself, adds up all the same: its
--          balances double as its lines do.
select
    max(control.last_row) as row_number,
    'net' as column_name,
    'one ' || types.type || ' balance in ' || units.code as expected,
    sum(control.lines) || ', the first in row ' || min(control.first_row) as found
from work_control as control
inner join work_types as types
    on
        control.type_word = types.type_word
        and types.type in ('opening', 'closing')
inner join work_units as units
    on control.net_currency = units.written
inner join work_statement_keys as keys
    on coalesce(control.statement, '') = keys.written
group by keys.statement_key, control.account, types.type, units.code
having sum(control.lines) > 1
order by row_number
