-- Which line and which ledger row say the same of a payment: its type, currency and amount?
--
-- Grain:   one row per pair, with what a comparison of fees needs; and one per row of either side that
--          meets nobody. Twins meet each other's: a payment with more than one row is looked at later.
-- Binds:   as_of, head_as_of (timestamptz), compare_dates, has_cut_off (boolean), zone (text), ledger_grace (interval).
-- Reason:  nearly every payment is one pair, found here in one pass over the rows. A row that is not
--          compared (later than the as-of, of unknown type, no money) has no key, so it meets nobody. One that moves no
--          money makes its payment a crowd all the same: the event of the line may be its own.
create unlogged table work_paired_rows as
with

lines as not materialized (

    select
        *,
        case when dated_at < %(as_of)s and type <> 'unknown' then payment_key end as plain_key
    from work_pool_statement

),

entries as not materialized (

    select
        *,
        case when dated_at < %(as_of)s and type <> 'unknown' and moves_money then payment_key end as plain_key,
        case when dated_at < %(as_of)s and type <> 'unknown' then payment_key end as group_key
    from work_pool_ledger

),

pairs as not materialized (

    select
        lines.item_id as statement_item_id,
        entries.item_id as ledger_item_id,
        coalesce(lines.payment_key, entries.payment_key) as payment_key,
        coalesce(lines.plain_key, entries.group_key) as group_key,
        coalesce(lines.economic_type, entries.economic_type) as economic_type,
        lines.event_reference = entries.event_reference as has_same_event,
        lines.net_currency as fee_currency,
        lines.net_currency = entries.currency as has_comparable_fees,
        lines.fee_minor as statement_fee_minor,
        entries.fee_minor as ledger_fee_minor,
        lines.tax_minor as statement_tax_minor,
        entries.tax_minor as ledger_tax_minor,
        lines.dated_at as statement_at,
        lines.dated_on as statement_on,
        entries.dated_at as ledger_at,
        entries.settles_on,
        lines.line_scope,
        lines.line_key,
        lines.occurrence,
        lines.amount_minor,
        lines.currency,
        lines.origin as line_origin,
        entries.ledger_id,
        entries.origin as entry_origin
    from lines
    full join entries
        on
            lines.plain_key = entries.plain_key
            and lines.economic_type = entries.economic_type
            and lines.currency = entries.currency
            and lines.amount_minor = entries.amount_minor

)

select
    pairs.statement_item_id,
    pairs.ledger_item_id,
    hashtextextended(pairs.payment_key, 0) as payment_hash,
    internal.group_hash(pairs.group_key, pairs.economic_type) as group_hash,
    pairs.has_same_event,
    pairs.fee_currency,
    pairs.has_comparable_fees,
    pairs.statement_fee_minor,
    pairs.ledger_fee_minor,
    pairs.statement_tax_minor,
    pairs.ledger_tax_minor,
    -- What the proof says of a pair: the keys of its rows, their one amount, and where they stood.
    pairs.line_scope,
    pairs.line_key,
    pairs.occurrence,
    pairs.amount_minor,
    pairs.currency,
    case when pairs.line_origin = 'open' and pairs.statement_at >= %(head_as_of)s::timestamptz then 'later' else pairs.line_origin end
        as line_was,
    pairs.ledger_id,
    case when pairs.entry_origin = 'open' and pairs.ledger_at >= %(head_as_of)s::timestamptz then 'later' else pairs.entry_origin end
        as entry_was,
    -- Nothing is looked up where dates are not compared.
    pairs.statement_on < coalesce(pairs.settles_on, rule.settles_on)
    or pairs.statement_at >= internal.due_at(
        pairs.settles_on, rule.due_at, %(zone)s, %(ledger_grace)s
    ) as is_on_another_day
from pairs
left join work_calendar
    on %(compare_dates)s and timezone(%(zone)s, pairs.ledger_at)::date = work_calendar.day
cross join lateral (
    select
        case when is_after then work_calendar.after_settles_on else work_calendar.settles_on end as settles_on,
        case when is_after then work_calendar.after_due_at else work_calendar.due_at end as due_at
    from (values (%(has_cut_off)s and pairs.ledger_at >= work_calendar.cut_off_at)) as moment (is_after)
) as rule;
