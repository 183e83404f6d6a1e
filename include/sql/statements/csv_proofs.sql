-- Which balances does each statement state, and which of its conversions does nothing hold to their net?
--
-- Grain:   one row per statement and currency of its net, in the order of the statements.
-- Binds:   has_statement, has_exchange_rate (boolean). Reads work_control, work_types, work_units,
--          work_statement_keys.
select
    keys.statement_key,
    units.code as currency,
    bool_or(types.type = 'opening') as has_opening,
    bool_or(types.type = 'closing') as has_closing,
    coalesce(sum(control.conversions) filter (where types.is_line and not %(has_exchange_rate)s::boolean), 0)
        as conversions_without_rate,
    coalesce(sum(control.coarse_conversions) filter (where types.is_line), 0) as coarse_conversions
from work_control as control
inner join work_types as types
    on control.type_word = types.type_word
inner join work_units as units
    on control.net_currency = units.written
inner join work_statement_keys as keys
    on coalesce(control.statement, '') = keys.written
group by keys.statement_key, units.code
order by min(keys.sequence_number), keys.statement_key, units.code
