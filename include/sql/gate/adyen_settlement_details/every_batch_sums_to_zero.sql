-- Batches whose rows, payout and balance transfer included, do not sum to zero.
--
-- Grain:   one row per batch and net currency, at its last group's first row; no row means the promise
--          holds. A batch is closed when it is reported, so a sum that is left over means lost rows.
-- Binds:   types (jsonb): {type word: [type, economic type]}.
select
    max(control.first_row) as row_number,
    'Net Credit (NC) - Net Debit (NC), batch ' || control.batch_number as column_name,
    internal.money_text(0, control.net_currency)
    || case
        when bool_or(%(types)s -> control.type_word ->> 0 in ('payout', 'balance')) then ''
        else ' with a payout or balance transfer, of which there is none'
    end as expected,
    -- A sum may be larger than any amount that a file may have.
    round(sum(control.net), max(currencies.exponent)) || ' ' || control.net_currency as found
from work_control as control
inner join internal.currencies as currencies
    on control.net_currency = currencies.code
group by control.batch_number, control.net_currency
having sum(control.net) <> 0
order by control.batch_number, control.net_currency
