-- Statements whose rows, payout and balance transfer included, do not sum to zero.
--
-- Grain:   one row per statement and net currency, at its last group's first row; no row means the promise
--          holds. Such a statement is closed when it is reported, so a sum that is left over means lost rows.
-- Binds:   key_before and key_after (text): what stands around the value in a statement's key.
select
    max(control.first_row) as row_number,
    'net, ' || %(key_before)s::text || control.statement || %(key_after)s::text as column_name,
    internal.money_text(0, max(units.code))
    || case
        when bool_or(types.type in ('payout', 'balance')) then ''
        else ' with a payout or balance transfer, of which there is none'
    end as expected,
    -- A sum may be larger than any amount that a file may have.
    round(sum(control.net), max(units.exponent)) || ' ' || max(units.code) as found
from work_control as control
inner join work_types as types
    on
        coalesce(control.type_word, '') = types.type_word
        and types.is_line
inner join work_units as units
    on control.net_currency = units.written
group by control.statement, units.code
having sum(control.net) <> 0
order by control.statement, units.code
