-- Pass 4: what adds up in one way alone is matched; what does in several is held back.
--
-- Grain:   adds the ledger rows that were not among the hard ones, and marks all members.
-- Reason:  no reference stands behind such a match, so it is decided again in every run.
with

decided as (

    select
        work_sum_members.side,
        work_sum_members.item_id,
        case work_sums.outcome when 'match' then 'matched' else 'ambiguous' end as state,
        work_sums.match_id,
        case work_sums.outcome when 'match' then 'only_sum' end as rule
    from work_sums
    inner join work_sum_members on work_sums.sum_no = work_sum_members.sum_no
    where work_sums.outcome in ('match', 'ambiguous')

),

marked as (

    update work_hard set
        state = decided.state,
        match_id = decided.match_id,
        rule = decided.rule
    from decided
    where work_hard.side = decided.side and work_hard.item_id = decided.item_id

)

insert into work_hard (
    side, item_id, payment_key, economic_type, type, event_reference, moves_money, amount_minor,
    currency, fee_minor, tax_minor, fee_currency, dated_at, dated_on, settles_on, due_on, due_at,
    is_due, state, match_id, rule, sort_key
)
select
    'ledger',
    rows.item_id,
    rows.payment_key,
    rows.economic_type,
    rows.type,
    rows.event_reference,
    rows.moves_money,
    rows.amount_minor,
    rows.currency,
    rows.fee_minor,
    rows.tax_minor,
    rows.currency,
    rows.dated_at,
    rows.dated_on,
    rows.settles_on,
    rows.due_on,
    rows.due_at,
    true,
    decided.state,
    decided.match_id,
    decided.rule,
    ''
from work_unanswered_ledger_rows as rows
inner join decided on decided.side = 'ledger' and rows.item_id = decided.item_id;
