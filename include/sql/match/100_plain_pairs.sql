-- Payments of one line and one ledger row of the same amount and currency: matched as they are.
--
-- Grain:   one row per pair; a match is known by its line.
-- Binds:   as_of (timestamptz).
-- Reason:  nearly every payment is like this. Those are matched here, in one pass over the rows; all
--          others go through the passes that follow.
create unlogged table work_plain_pairs as
with

lines as not materialized (

    select *
    from work_pool_statement
    where dated_at < %(as_of)s and type <> 'unknown'

),

entries as not materialized (

    select *
    from work_pool_ledger
    where dated_at < %(as_of)s and type <> 'unknown' and moves_money

)

select
    lines.item_id as match_id,
    lines.item_id as statement_item_id,
    entries.item_id as ledger_item_id,
    lines.payment_key,
    lines.economic_type,
    lines.event_reference as statement_event_reference,
    entries.event_reference as ledger_event_reference,
    lines.amount_minor as statement_minor,
    lines.currency as statement_currency,
    entries.currency as ledger_currency,
    lines.fee_minor as statement_fee_minor,
    entries.fee_minor as ledger_fee_minor,
    lines.tax_minor as statement_tax_minor,
    entries.tax_minor as ledger_tax_minor,
    lines.net_currency as statement_fee_currency,
    lines.type,
    lines.dated_at as statement_at,
    lines.dated_on as statement_on,
    entries.dated_on as ledger_on,
    entries.due_on,
    entries.due_at
from lines
inner join entries
    on
        lines.payment_key = entries.payment_key
        and lines.economic_type = entries.economic_type
        and lines.currency = entries.currency
        and lines.amount_minor = entries.amount_minor
where not exists (
    select from work_crowded_payments
    where
        work_crowded_payments.key_hash
        = hashtextextended(lines.payment_key, hashtext(lines.economic_type))
);
