-- What do the rows of each statement add up to, beside its balances?
--
-- Grain:   one row per statement and currency of its net, in work_sums; minor units, which are not whole where
--          an amount has too many decimals. The key is NULL where no row has a day that can be read.
-- Binds:   has_statement and has_net (boolean). Reads work_control, work_types, work_units,
--          work_statement_keys.
create unlogged table work_sums as
with

amounts as (

    select
        keys.statement_key,
        keys.sequence_number,
        keys.account,
        units.code as currency,
        units.exponent,
        types.type,
        types.is_line,
        control.first_row,
        control.lines,
        case
            when types.is_line and not %(has_net)s::boolean then control.gross - control.costs - control.taxes
            when types.is_line then control.net
            else coalesce(nullif(control.balance, 0), control.net, control.balance)
        end * units.minor_units as amount
    from work_control as control
    inner join work_types as types
        on control.type_word = types.type_word
    inner join work_units as units
        on control.net_currency = units.written
    inner join work_statement_keys as keys
        on coalesce(control.statement, '') = keys.written

)

select
    statement_key,
    sequence_number,
    account,
    currency,
    exponent,
    max(first_row) as last_row,
    bool_or(type in ('payout', 'balance')) as has_payout,
    coalesce(sum(lines) filter (where is_line), 0) as lines,
    coalesce(sum(amount) filter (where is_line), 0) as net,
    sum(amount) filter (where type = 'opening') as opening,
    sum(amount) filter (where type = 'closing') as closing
from amounts
group by statement_key, sequence_number, account, currency, exponent
