-- Pass 3: what is left of a payment and economic type, side by side, and what that means.
--
-- Grain:   one row per payment and economic type that has unpaired rows.
-- Outcome: 'match' (equal totals in every currency, all due), 'wait' (undecided until all are due),
--          'mismatch' (both sides left, all due, totals differ), 'mismatch_with_reversal' (a reversal
--          that belongs to a pair that differs), 'apart' (each row speaks for itself).
create unlogged table work_totals as
with

left_over as (

    select
        payment_key,
        economic_type,
        side,
        currency,
        case when moves_money then amount_minor else 0 end as amount_minor,
        state is null as is_rest,
        side = 'statement' and type <> economic_type as is_reversal,
        moves_money,
        is_due
    from work_hard
    where
        (state = 'differs' or (state is null and moves_money))
        and amount_minor is not null

),

per_currency as (

    select
        payment_key,
        economic_type,
        currency,
        coalesce(sum(amount_minor) filter (where side = 'statement'), 0)
        = coalesce(sum(amount_minor) filter (where side = 'ledger'), 0) as is_balanced,
        count(*) filter (where side = 'statement') as statement_rows,
        count(*) filter (where side = 'ledger') as ledger_rows,
        count(*) filter (where is_rest and side = 'statement') as rest_statement_rows,
        count(*) filter (where is_rest and side = 'ledger') as rest_ledger_rows,
        count(*) filter (where is_rest and is_reversal) as rest_reversals,
        bool_and(is_due) as is_due
    from left_over
    group by payment_key, economic_type, currency

),

per_group as (

    select
        payment_key,
        economic_type,
        bool_and(is_balanced) as is_balanced,
        sum(statement_rows) as statement_rows,
        sum(ledger_rows) as ledger_rows,
        sum(rest_statement_rows) as rest_statement_rows,
        sum(rest_ledger_rows) as rest_ledger_rows,
        sum(rest_reversals) as rest_reversals,
        sum(statement_rows) > sum(rest_statement_rows) as has_pair_that_differs,
        bool_and(is_due) as is_due
    from per_currency
    group by payment_key, economic_type

)

select
    per_group.payment_key,
    per_group.economic_type,
    nextval('internal.item_ids') as match_id,
    case
        when
            per_group.is_balanced
            and (per_group.ledger_rows > 0 or (per_group.statement_rows > 1 and per_group.rest_reversals > 0))
            and (per_group.statement_rows > 0 or work_hard_groups.has_posting)
            then case when per_group.is_due then 'match' else 'wait' end
        when per_group.rest_statement_rows > 0 and per_group.rest_ledger_rows > 0
            then case when per_group.is_due then 'mismatch' else 'wait' end
        when per_group.rest_reversals > 0 and per_group.rest_ledger_rows = 0 and per_group.has_pair_that_differs
            then case when per_group.is_due then 'mismatch_with_reversal' else 'wait' end
        else 'apart'
    end as outcome
from per_group
inner join work_hard_groups
    on
        per_group.payment_key = work_hard_groups.payment_key
        and per_group.economic_type = work_hard_groups.economic_type
where per_group.rest_statement_rows + per_group.rest_ledger_rows > 0;
