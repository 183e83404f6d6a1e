-- Batches whose rows, payout and balance transfer included, do not sum to zero.
--
-- Grain:   one row per batch and net currency, at its last group's first row; no row means the promise
--          holds. A batch is closed when it is reported, so a sum that is left over means lost rows.
-- Binds:   types (jsonb): {type word: [type, economic type]}.
select
    max(first_row) as row_number,
    'Net Credit (NC) - Net Debit (NC), batch ' || batch_number || ', ' || net_currency as column_name,
    case
        when bool_or(%(types)s -> type_word ->> 0 in ('payout', 'balance')) then '0'
        else '0 with a payout or balance transfer, of which there is none'
    end as expected,
    trim_scale(sum(net))::text as found
from work_control
group by batch_number, net_currency
having sum(net) <> 0
order by batch_number, net_currency
