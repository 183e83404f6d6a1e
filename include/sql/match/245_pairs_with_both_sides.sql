-- Every event of the pool that has one line and one ledger row, with the fees that each side says.
--
-- Grain:   one row per pair.
create view work_pairs as
select
    statement_item_id,
    ledger_item_id,
    true as is_matched,
    fee_currency,
    has_comparable_fees,
    statement_fee_minor,
    ledger_fee_minor,
    statement_tax_minor,
    ledger_tax_minor,
    may_differ
from work_plain_pairs
union all
select
    line.item_id,
    entry.item_id,
    line.state = 'matched',
    line.fee_currency,
    line.fee_currency = entry.fee_currency and line.currency is not distinct from entry.currency,
    line.fee_minor,
    entry.fee_minor,
    line.tax_minor,
    entry.tax_minor,
    true as may_differ
from work_hard as line
inner join work_hard as entry on line.match_id = entry.match_id
where
    line.side = 'statement'
    and entry.side = 'ledger'
    and (
        line.state = 'differs'
        or (
            line.state = 'matched'
            and line.rule not in ('payment_totals', 'totals_within_tolerance', 'only_sum', 'order_totals', 'batch_totals')
        )
    )
    and entry.moves_money;
