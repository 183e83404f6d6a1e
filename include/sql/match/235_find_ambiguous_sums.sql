-- Rows that add up in several ways, of which not all can be true: one discrepancy for all of them.
--
-- Grain:   one finding per set of answers that compete.
with

members as (

    select
        work_sums.sum_no,
        work_sums.match_id as finding_no,
        work_sums.answers,
        work_hard.side,
        work_hard.item_id,
        work_hard.currency,
        work_hard.amount_minor,
        work_hard.due_at,
        work_hard.due_on,
        work_sum_rows.place
    from work_sums
    inner join work_sum_members on work_sums.sum_no = work_sum_members.sum_no
    inner join work_hard
        on
            work_sum_members.side = work_hard.side
            and work_sum_members.item_id = work_hard.item_id
    inner join work_sum_rows
        on
            work_sum_members.side = work_sum_rows.side
            and work_sum_members.item_id = work_sum_rows.item_id
    where work_sums.outcome = 'ambiguous'

),

answers as (

    select
        work_sums.ambiguous_sum_no,
        work_sums.sum_no,
        string_agg(
            internal.money_text(rows.amount_minor, rows.currency), ' + ' order by rows.place
        ) filter (where rows.side = 'statement')
        || ' = '
        || string_agg(
            internal.money_text(rows.amount_minor, rows.currency), ' + ' order by rows.place
        ) filter (where rows.side = 'ledger') as answer
    from work_sums
    inner join work_sum_members on work_sums.sum_no = work_sum_members.sum_no
    inner join work_sum_rows as rows
        on
            work_sum_members.side = rows.side
            and work_sum_members.item_id = rows.item_id
    where work_sums.outcome = 'fits'
    group by work_sums.ambiguous_sum_no, work_sums.sum_no

),

totals as (

    select
        sum_no,
        finding_no,
        currency,
        min(answers) as answers,
        sum(amount_minor) filter (where side = 'statement')::bigint as statement_minor,
        sum(amount_minor) filter (where side = 'ledger')::bigint as ledger_minor,
        least(
            sum(abs(amount_minor)) filter (where side = 'statement'),
            sum(abs(amount_minor)) filter (where side = 'ledger')
        )::bigint as exposure_minor,
        max(due_at) as due_at,
        max(due_on) as due_on,
        (array_agg(side order by place))[1] as lead_side,
        (array_agg(item_id order by place))[1] as lead_item_id
    from members
    group by sum_no, finding_no, currency

),

shown as (

    select
        ambiguous_sum_no,
        count(*) as answers,
        string_agg(answer, '; ' order by sum_no) as answers_text
    from answers
    group by ambiguous_sum_no

),

found as (

    insert into work_findings (
        finding_no, kind, currency, statement_minor, ledger_minor, delta_minor, exposure_minor,
        economic_type, due_at, due_on, lead_side, lead_item_id, detail
    )
    select
        totals.finding_no,
        'ambiguous_match',
        totals.currency,
        totals.statement_minor,
        totals.ledger_minor,
        totals.statement_minor - totals.ledger_minor,
        totals.exposure_minor,
        'sum',
        totals.due_at,
        totals.due_on,
        totals.lead_side,
        totals.lead_item_id,
        totals.answers || ' sums fit and not all can be true: ' || shown.answers_text
        || case when totals.answers > shown.answers then '; and others' else '' end
    from totals
    inner join shown on totals.sum_no = shown.ambiguous_sum_no

)

insert into work_finding_members (finding_no, side, item_id)
select
    finding_no,
    side,
    item_id
from members;
