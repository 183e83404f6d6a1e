-- Due rows that the other side does not have: missing, duplicated, taken back, charged back.
--
-- Grain:   one finding per row; its number is the row's.
-- Binds:   as_of (timestamptz), covered_through (date).
with

due as (

    select
        side,
        item_id,
        type,
        economic_type,
        payment_key,
        event_reference,
        state,
        amount_minor,
        currency,
        due_at,
        due_on
    from work_hard
    where
        (state is null or state = 'duplicate')
        and moves_money
        and amount_minor is not null
        and is_due
    union all
    select
        'ledger',
        item_id,
        type,
        economic_type,
        payment_key,
        event_reference,
        null,
        amount_minor,
        currency,
        due_at,
        due_on
    from work_unanswered_ledger_rows
    where dated_at < %(as_of)s and due_at <= %(as_of)s and due_on <= %(covered_through)s

),

named as (

    select
        *,
        case
            when state = 'duplicate' and side = 'statement' then 'duplicate_settlement'
            when state = 'duplicate' then 'duplicate_in_ledger'
            when side = 'ledger' then 'missing_in_statement'
            when type = 'reversal' and economic_type in ('payment', 'refund') then 'reversed_after_settlement'
            when type = 'chargeback' then 'chargeback_not_in_ledger'
            else 'missing_in_ledger'
        end as kind
    from due

),

found as (

    insert into work_findings (
        finding_no, kind, currency, statement_minor, ledger_minor, delta_minor, exposure_minor,
        payment_key, economic_type, event_reference, due_at, due_on, lead_side, lead_item_id
    )
    select
        item_id,
        kind,
        currency,
        case when side = 'statement' then amount_minor end,
        case when side = 'ledger' then amount_minor end,
        case when side = 'statement' then amount_minor else -amount_minor end,
        abs(amount_minor),
        payment_key,
        economic_type,
        event_reference,
        due_at,
        due_on,
        side,
        item_id
    from named
    returning finding_no, lead_side, lead_item_id

)

insert into work_finding_members (finding_no, side, item_id)
select
    finding_no,
    lead_side,
    lead_item_id
from found;
