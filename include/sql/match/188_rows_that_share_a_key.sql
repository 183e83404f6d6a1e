-- Which lines and ledger rows that no payment ties name the same order, or the same batch?
--
-- Grain:   one row per row and key that both sides name.
-- Binds:   account_id (integer).
-- Reason:  an order is the key of a ledger row that has no reference of the PSP. A batch is known by its
--          payout: a line names that itself, or is on a closed statement that has it; a ledger row may
--          name it in any reference.
create unlogged table work_shared_rows as
with

names as materialized (

    select
        item_id,
        'order' as kind,
        merchant_reference as shared_key
    from work_named_references
    where psp_reference is null and merchant_reference is not null
    union
    select
        rows.item_id,
        'batch',
        given.name
    from work_named_references as rows
    cross join lateral (
        values (rows.psp_reference), (rows.event_reference), (rows.merchant_reference)
    ) as given (name)
    where given.name = coalesce(rows.psp_reference, given.name)

),

apart as materialized (

    select
        work_hard.item_id,
        work_hard.economic_type,
        work_hard.currency,
        work_hard.amount_minor,
        work_hard.dated_at,
        work_hard.is_due,
        work_hard.sort_key
    from work_hard
    inner join work_totals
        on
            work_hard.payment_key = work_totals.payment_key
            and work_hard.economic_type = work_totals.economic_type
    where
        work_totals.outcome = 'apart'
        and work_hard.side = 'statement'
        and work_hard.state is null
        and work_hard.amount_minor is not null
        and exists (select from names)

),

lines as (

    select
        apart.*,
        changes.line_scope,
        changes.net_currency,
        changes.merchant_reference,
        changes.payout_reference
    from apart
    inner join work_line_changes as changes on apart.item_id = changes.item_id
    where changes.change in ('new', 'changed')
    union all
    select
        apart.*,
        known.line_scope,
        known.net_currency,
        known.merchant_reference,
        known.payout_reference
    from apart
    inner join statement_lines as known
        on apart.item_id = known.item_id and known.account_id = %(account_id)s

),

named_lines as (

    select
        lines.*,
        'order' as kind,
        lines.merchant_reference as shared_key,
        false as is_closed
    from lines
    where lines.merchant_reference is not null
    union all
    select
        lines.*,
        'batch',
        coalesce(lines.payout_reference, closed.batch),
        closed.batch is not null
    from lines
    left join work_closed_batches as closed
        on lines.line_scope = closed.line_scope and lines.net_currency = closed.net_currency
    where coalesce(lines.payout_reference, closed.batch) is not null

),

both_sides as (

    select
        'statement' as side,
        item_id,
        kind,
        shared_key,
        economic_type,
        currency,
        amount_minor,
        dated_at,
        sort_key,
        is_due,
        is_closed
    from named_lines
    where (kind, shared_key) in (select kind, shared_key from names)
    union all
    select
        'ledger',
        rows.item_id,
        names.kind,
        names.shared_key,
        rows.economic_type,
        rows.currency,
        rows.amount_minor,
        rows.dated_at,
        rows.sort_key,
        rows.is_due,
        true
    from names
    inner join work_named_references as rows on names.item_id = rows.item_id

),

-- A row that names two batches is of neither.
shared as (

    select *
    from (
        select
            both_sides.*,
            count(*) over (partition by side, item_id, kind) as keys
        from both_sides
        where (kind, shared_key) in (select kind, shared_key from named_lines)
    ) as counted
    where keys = 1

)

select
    side,
    item_id,
    kind,
    shared_key,
    economic_type,
    currency,
    amount_minor,
    dated_at,
    sort_key,
    is_due,
    bool_and(is_due) over its_group as is_all_due,
    bool_and(is_closed) over its_group as is_all_closed,
    null::bigint as match_id,
    null::text as rule
from shared
window its_group as (
    partition by kind, shared_key, currency, case kind when 'order' then economic_type end
);
