-- Every row of the pool that nothing matched: in a discrepancy, or pending with the reason.
--
-- Grain:   one row per statement line or ledger row that is open after this run.
-- Binds:   leg (text), as_of (timestamptz), covered_through (date), zone (text),
--          statement_grace (interval).
create table work_open_rows as
with

in_discrepancy as (

    select
        work_finding_members.side,
        work_finding_members.item_id,
        min(work_findings.kind) as kind
    from work_finding_members
    inner join work_findings on work_finding_members.finding_no = work_findings.finding_no
    where
        work_findings.kind not in ('fee_mismatch', 'tax_mismatch', 'date_mismatch', 'fx_mismatch', 'ledger_changed')
    group by work_finding_members.side, work_finding_members.item_id

),

hard_rows as (

    select
        side,
        item_id,
        case when moves_money then coalesce(amount_minor, 0) else 0 end as amount_minor,
        currency,
        amount_minor is not null as is_counted,
        due_at,
        case side when 'statement' then timezone(%(zone)s, due_at)::date else due_on end as due_on,
        case
            when state = 'waits' then 'waits_for_payment'
            when amount_minor is null then 'amount_not_comparable'
            when side = 'statement' then 'ledger_grace'
            when due_at <= %(as_of)s then 'awaiting_statement'
            else 'not_due'
        end as reason
    from work_hard
    where coalesce(state, 'open') <> 'matched'

),

lonely_ledger_rows as (

    select
        'ledger' as side,
        item_id,
        amount_minor,
        currency,
        true as is_counted,
        due_at,
        due_on,
        case when due_at <= %(as_of)s then 'awaiting_statement' else 'not_due' end as reason
    from work_unanswered_ledger_rows
    where dated_at < %(as_of)s

),

unclassified_rows as (

    select
        'statement' as side,
        item_id,
        coalesce(amount_minor, 0) as amount_minor,
        currency,
        amount_minor is not null as is_counted,
        null::timestamptz as due_at,
        null::date as due_on,
        'unclassified' as reason
    from work_left_statement
    where type = 'unknown' and dated_at < %(as_of)s
    union all
    select
        'ledger',
        item_id,
        amount_minor,
        currency,
        true,
        due_at,
        due_on,
        'unclassified'
    from work_left_ledger
    where (type = 'unknown' or moves_money is null) and dated_at < %(as_of)s

),

later_rows as (

    select
        'statement' as side,
        pool.item_id,
        coalesce(pool.amount_minor, 0) as amount_minor,
        pool.currency,
        false as is_counted,
        grace.due_at,
        timezone(%(zone)s, grace.due_at)::date as due_on,
        'after_the_window' as reason
    from work_left_statement as pool
    left join work_calendar on timezone(%(zone)s, pool.dated_at)::date = work_calendar.day
    cross join lateral (
        select
            internal.line_due_at(
                pool.type, pool.dated_at, pool.dated_on, work_calendar.next_business_day, %(zone)s,
                %(statement_grace)s
            ) as due_at
    ) as grace
    where pool.dated_at >= %(as_of)s
    union all
    select
        'ledger',
        item_id,
        amount_minor,
        currency,
        false,
        due_at,
        due_on,
        'after_the_window'
    from work_left_ledger
    where dated_at >= %(as_of)s

),

not_matched as (

    select
        side,
        item_id,
        amount_minor,
        currency,
        is_counted,
        due_at,
        due_on,
        reason
    from hard_rows
    union all
    select * from lonely_ledger_rows
    union all
    select * from unclassified_rows
    union all
    select * from later_rows

)

select
    %(leg)s::text as leg,
    not_matched.side,
    not_matched.item_id,
    case when in_discrepancy.item_id is null then 'pending' else 'discrepancy' end as bucket,
    coalesce(in_discrepancy.kind, not_matched.reason) as reason,
    not_matched.is_counted,
    not_matched.amount_minor,
    coalesce(not_matched.currency, 'XXX') as currency,
    not_matched.due_at,
    not_matched.due_on
from not_matched
left join in_discrepancy
    on
        not_matched.side = in_discrepancy.side
        and not_matched.item_id = in_discrepancy.item_id
where
    -- A row that moves no money and that no line names is expected nowhere: it is not open.
    in_discrepancy.item_id is not null
    or not exists (
        select from work_hard
        where
            work_hard.item_id = not_matched.item_id
            and not work_hard.moves_money
            and work_hard.state is null
    );
