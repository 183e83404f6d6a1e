-- Matches in force that a touched row belongs to: which stay as they are, which are dissolved?
--
-- Grain:   one row per match in force with a member in the pool, or gone from the books.
-- Binds:   account_id (integer), leg (text).
create unlogged table work_existing_matches as
with

touched_items as (

    select item_id from work_known_statement where origin in ('sibling', 'provisional')
    union all
    select item_id from work_known_ledger where origin in ('sibling', 'provisional')
    union all
    select item_id from work_replaced_items

),

touched_matches as (

    select match_members.match_id
    from touched_items
    inner join internal.match_members on touched_items.item_id = match_members.statement_item_id
    where match_members.leg = %(leg)s
    union
    select match_members.match_id
    from touched_items
    inner join internal.match_members on touched_items.item_id = match_members.ledger_item_id
    where match_members.leg = %(leg)s

),

existing as (

    select
        match_members.match_id,
        array_agg(members.item_id order by members.item_id) as item_ids
    from internal.match_members
    cross join lateral (
        values (match_members.statement_item_id), (match_members.ledger_item_id)
    ) as members (item_id)
    where
        match_members.leg = %(leg)s
        and members.item_id is not null
        and match_members.match_id in (select match_id from touched_matches)
    group by match_members.match_id

),

decided as (

    select
        match_id,
        'payment_and_amount' as rule,
        array[least(statement_item_id, ledger_item_id), greatest(statement_item_id, ledger_item_id)] as item_ids
    from work_plain_pairs
    where (statement_item_id in (select item_id from touched_items) or ledger_item_id in (select item_id from touched_items))
    union all
    select
        match_id,
        min(rule),
        array_agg(item_id order by item_id)
    from work_hard
    where state = 'matched'
    group by match_id

)

select
    existing.match_id,
    existing.item_ids,
    decided.match_id as decided_match_id
from existing
left join decided
    on
        existing.item_ids = decided.item_ids
        -- What a reference ties is no longer provisional, and the other way round.
        and (decided.rule = 'only_sum') = exists (
            select from internal.provisional_members
            where provisional_members.match_id = existing.match_id and provisional_members.leg = %(leg)s
        );
