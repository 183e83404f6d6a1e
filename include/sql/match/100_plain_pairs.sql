-- The pairs that are matched as they are: nothing else is known of their payments and types.
--
-- Grain:   one row per pair; a match is known by its line.
create view work_plain_pairs as
select
    statement_item_id as match_id,
    statement_item_id,
    ledger_item_id,
    has_same_event,
    fee_currency,
    has_comparable_fees,
    statement_fee_minor,
    ledger_fee_minor,
    statement_tax_minor,
    ledger_tax_minor,
    line_scope,
    line_key,
    occurrence,
    amount_minor,
    currency,
    line_was,
    ledger_id,
    entry_was,
    has_comparable_fees and statement_fee_minor <> ledger_fee_minor
    or has_comparable_fees and statement_tax_minor <> ledger_tax_minor
    or is_on_another_day as may_differ
from work_paired_rows
where
    statement_item_id is not null
    and ledger_item_id is not null
    and group_hash not in (select group_hash from work_crowded_payments);
