-- Which payments are one line and one ledger row of the same amount and currency? They match as they are.
--
-- Grain:   one row per pair, with what a comparison of fees needs; and one per row of either side that
--          is in no such pair, with its payment and economic type.
-- Binds:   as_of (timestamptz).
-- Reason:  nearly every payment is like this. Those are matched here, in one pass over the rows; all
--          others go through the passes that follow. A crowded payment has no key, so it meets nobody.
create unlogged table work_paired_rows as
with

lines as not materialized (

    select
        pool.*,
        case when work_crowded_payments.key_hash is null then pool.payment_key end as plain_key
    from work_pool_statement as pool
    left join work_crowded_payments
        on hashtextextended(pool.payment_key, hashtext(pool.economic_type)) = work_crowded_payments.key_hash
    where pool.dated_at < %(as_of)s and pool.type <> 'unknown'

),

entries as not materialized (

    select
        pool.*,
        case when work_crowded_payments.key_hash is null then pool.payment_key end as plain_key
    from work_pool_ledger as pool
    left join work_crowded_payments
        on hashtextextended(pool.payment_key, hashtext(pool.economic_type)) = work_crowded_payments.key_hash
    where pool.dated_at < %(as_of)s and pool.type <> 'unknown' and pool.moves_money

)

select
    lines.item_id as statement_item_id,
    entries.item_id as ledger_item_id,
    case
        when lines.item_id is null then entries.payment_key
        when entries.item_id is null then lines.payment_key
    end as payment_key,
    case
        when lines.item_id is null then entries.economic_type
        when entries.item_id is null then lines.economic_type
    end as economic_type,
    lines.event_reference = entries.event_reference as has_same_event,
    lines.net_currency as fee_currency,
    lines.net_currency = entries.currency as has_comparable_fees,
    lines.fee_minor as statement_fee_minor,
    entries.fee_minor as ledger_fee_minor,
    lines.tax_minor as statement_tax_minor,
    entries.tax_minor as ledger_tax_minor,
    lines.dated_on < entries.due_on or lines.dated_at >= entries.due_at as is_on_another_day
from lines
full join entries
    on
        lines.plain_key = entries.plain_key
        and lines.economic_type = entries.economic_type
        and lines.currency = entries.currency
        and lines.amount_minor = entries.amount_minor;
