-- Pass 5: what differs by no more than its currency tolerates is a match, which says by how much.
--
-- Grain:   updates the rows of such pairs and groups.
-- Binds:   tolerances (jsonb: per rule and currency its minor units and parts per million).
-- Reason:  last of all, so that it only meets what would be a discrepancy. Money in one currency on
--          both sides, and no side against the other: a state or a direction is never tolerated.
with

tolerances as (

    select
        rule,
        currency,
        minor,
        ppm
    from jsonb_to_recordset(%(tolerances)s) as rows (rule text, currency text, minor bigint, ppm bigint)

),

totals as (

    select
        match_id,
        case min(state) when 'differs' then 'amount_within_tolerance' else 'totals_within_tolerance' end as rule,
        min(currency) as currency,
        sum(amount_minor) filter (where side = 'statement')::bigint as statement_minor,
        sum(amount_minor) filter (where side = 'ledger')::bigint as ledger_minor
    from work_hard
    where state in ('differs', 'group_differs')
    group by match_id
    having min(currency) = max(currency) and bool_and(moves_money)

),

absorbed as (

    select
        totals.match_id,
        totals.rule,
        totals.statement_minor - totals.ledger_minor as absorbed_minor
    from totals
    inner join tolerances on totals.rule = tolerances.rule and totals.currency = tolerances.currency
    where
        abs(totals.statement_minor - totals.ledger_minor)
        <= internal.tolerated_minor(totals.ledger_minor, tolerances.minor, tolerances.ppm)
        and sign(totals.statement_minor) * sign(totals.ledger_minor) >= 0

)

update work_hard set
    state = 'matched',
    rule = absorbed.rule,
    absorbed_minor = absorbed.absorbed_minor
from absorbed
where work_hard.match_id = absorbed.match_id;
