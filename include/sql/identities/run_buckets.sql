-- In which bucket is every row in force, per side?
--
-- Grain:   one row per side.
-- Binds:   account_id (integer), leg (text), head_run_number (bigint).
-- Reason:  rows in force are counted from what was staged; the buckets from what was decided.
create table work_run_buckets as
with

head as (

    select *
    from internal.run_buckets
    where run_number = %(head_run_number)s and leg = %(leg)s

),

arrived as (

    select
        'statement' as side,
        count(*) filter (where change = 'new') - count(*) filter (where change = 'withdrawn') as row_count
    from work_line_changes
    union all
    select
        'ledger',
        count(*) filter (where change = 'new') - count(*) filter (where change = 'vanished')
    from work_ledger_changes

),

matched as (

    select
        side,
        sum(row_count)::bigint as row_count
    from (
        select
            members.side,
            members.row_count
        from (
            select
                count(statement_item_id) as statement_rows,
                count(ledger_item_id) as ledger_rows
            from work_members
        ) as made
        cross join lateral (
            values ('statement', made.statement_rows), ('ledger', made.ledger_rows)
        ) as members (side, row_count)
        union all
        select
            members.side,
            -members.row_count
        from (
            select
                count(match_members.statement_item_id) as statement_rows,
                count(match_members.ledger_item_id) as ledger_rows
            from work_existing_matches
            inner join internal.match_members
                on work_existing_matches.match_id = match_members.match_id
            where
                work_existing_matches.decided_match_id is null
                and match_members.leg = %(leg)s
        ) as dissolved
        cross join lateral (
            values ('statement', dissolved.statement_rows), ('ledger', dissolved.ledger_rows)
        ) as members (side, row_count)
    ) as changes
    group by side

),

open_rows as (

    select
        side,
        count(*) filter (where bucket = 'pending') as pending_rows,
        count(*) filter (where bucket = 'discrepancy') as discrepancy_rows
    from work_open_rows
    where leg = %(leg)s
    group by side

),

-- A ledger row that moves no money is expected nowhere, unless a line names it.
idle_now as (

    select count(*) as row_count
    from work_left_ledger
    where
        moves_money is false
        and type <> 'unknown'
        and not exists (
            select from work_open_rows
            where
                work_open_rows.leg = %(leg)s
                and work_open_rows.side = 'ledger'
                and work_open_rows.item_id = work_left_ledger.item_id
        )
        and not exists (
            select from work_hard
            where work_hard.item_id = work_left_ledger.item_id and work_hard.state = 'matched'
        )

),

idle_before as (

    select count(*) as row_count
    from (
        select item_id
        from work_known_ledger
        where origin = 'sibling'
        union all
        select item_id
        from work_replaced_items
        where side = 'ledger'
    ) as known_rows
    inner join ledger_transactions as known
        on known_rows.item_id = known.item_id and known.account_id = %(account_id)s
    where
        known.moves_money is false
        and known.type <> 'unknown'
        and not exists (
            select from internal.match_members
            where
                match_members.leg = %(leg)s
                and match_members.ledger_item_id = known.item_id
        )
        and not exists (
            select from internal.open_items
            where
                open_items.leg = %(leg)s
                and open_items.side = 'ledger'
                and open_items.item_id = known.item_id
        )

),

not_expected as (

    select
        'statement' as side,
        count(*) filter (where change = 'new' or change = 'changed')
        - coalesce((
            select count(*)
            from work_line_changes as changes
            inner join statement_lines as known
                on changes.old_item_id = known.item_id and known.account_id = %(account_id)s
            where
                changes.change in ('changed', 'withdrawn')
                and not known.is_expected
                and known.type <> 'unknown'
        ), 0) as row_count
    from work_line_changes
    where not is_expected and type <> 'unknown' and change in ('new', 'changed')
    union all
    select
        'ledger',
        idle_now.row_count - idle_before.row_count
    from idle_now
    cross join idle_before

)

select
    %(leg)s::text as leg,
    sides.side,
    (coalesce(head.in_force_rows, 0) + arrived.row_count)::bigint as in_force_rows,
    (coalesce(head.matched_rows, 0) + coalesce(matched.row_count, 0))::bigint as matched_rows,
    coalesce(open_rows.pending_rows, 0)::bigint as pending_rows,
    coalesce(open_rows.discrepancy_rows, 0)::bigint as discrepancy_rows,
    (coalesce(head.not_expected_rows, 0) + not_expected.row_count)::bigint as not_expected_rows
from (values ('statement'), ('ledger')) as sides (side)
left join head on sides.side = head.side
inner join arrived on sides.side = arrived.side
left join matched on sides.side = matched.side
left join open_rows on sides.side = open_rows.side
inner join not_expected on sides.side = not_expected.side;
