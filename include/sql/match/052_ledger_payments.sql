-- Which ledger rows belong to another payment than they say themselves?
--
-- Grain:   one row per such row of the pool, with its payment_key.
-- Binds:   account_id (integer), leg (text), relinked_ledger_ids, relinked_to (text[], side by side).
-- Reason:  what somebody approved first; the payment's own reference; then a line that carries the row's event reference;
--          then a line whose event the ledger stored as the payment (on recurring captures); the
--          merchant's reference only for a row that has no reference of the PSP, and only where it
--          names one payment. What nothing claims keeps its own reference.
insert into work_ledger_payments (item_id, payment_key)
with

-- What a line must carry to be asked for: few values, so that few of many lines are kept.
named as materialized (

    select event_reference from work_unclaimed
    union
    select psp_reference from work_unclaimed

),

lines as materialized (

    select
        event_reference,
        merchant_reference,
        payment_key
    from work_line_changes
    where
        change in ('new', 'changed')
        and is_expected
        and (
            event_reference in (select event_reference from named)
            or merchant_reference in (
                select merchant_reference from work_unclaimed where psp_reference is null
            )
        )
    union all
    select
        statement_lines.event_reference,
        statement_lines.merchant_reference,
        statement_lines.payment_key
    from statement_lines
    where
        statement_lines.account_id = %(account_id)s
        and statement_lines.last_run_number is null
        and hashtextextended(statement_lines.event_reference, 0) in (
            select hashtextextended(event_reference, 0) from named
        )
        and statement_lines.event_reference in (select event_reference from named)
    union all
    select
        statement_lines.event_reference,
        statement_lines.merchant_reference,
        statement_lines.payment_key
    from internal.open_items
    inner join statement_lines
        on
            open_items.item_id = statement_lines.item_id
            and statement_lines.account_id = %(account_id)s
    where
        open_items.account_id = %(account_id)s
        and open_items.leg = %(leg)s
        and open_items.side = 'statement'
    union all
    select
        statement_lines.event_reference,
        statement_lines.merchant_reference,
        statement_lines.payment_key
    from internal.provisional_members
    inner join statement_lines
        on
            provisional_members.item_id = statement_lines.item_id
            and statement_lines.account_id = %(account_id)s
    where
        provisional_members.account_id = %(account_id)s
        and provisional_members.leg = %(leg)s
        and provisional_members.side = 'statement'
    union all
    -- An order that ties several payments is no reference to one of them.
    select
        null,
        shared_key,
        payment_key
    from internal.shared_key_members
    where account_id = %(account_id)s and leg = %(leg)s

),

relinked as materialized (

    select
        pool.item_id,
        relinks.payment_key
    from unnest(%(relinked_ledger_ids)s::text[], %(relinked_to)s::text[]) as relinks (ledger_id, payment_key)
    inner join work_pool_ledger as pool on relinks.ledger_id = pool.ledger_id
    where cardinality(%(relinked_ledger_ids)s::text[]) > 0

),

by_event as (

    select
        event_reference,
        min(payment_key) as payment_key
    from lines
    where event_reference in (select event_reference from named)
    group by event_reference

),

by_merchant as (

    select
        merchant_reference,
        min(payment_key) as payment_key
    from lines
    where merchant_reference in (select merchant_reference from work_unclaimed where psp_reference is null)
    group by merchant_reference
    having count(distinct payment_key) = 1

)

select
    item_id,
    payment_key
from (
    select
        unclaimed.item_id,
        unclaimed.own_payment_key,
        coalesce(
            relinked.payment_key, event_claim.payment_key, capture_claim.payment_key, merchant_claim.payment_key
        ) as payment_key
    from work_unclaimed as unclaimed
    left join relinked on unclaimed.item_id = relinked.item_id
    left join by_event as event_claim on unclaimed.event_reference = event_claim.event_reference
    left join by_event as capture_claim on unclaimed.psp_reference = capture_claim.event_reference
    left join by_merchant as merchant_claim
        on
            unclaimed.merchant_reference = merchant_claim.merchant_reference
            and unclaimed.psp_reference is null
) as claimed
where payment_key <> own_payment_key;
