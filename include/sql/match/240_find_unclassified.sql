-- Rows of a type or status that no mapping knows: one discrepancy each, with the full amount.
--
-- Grain:   one finding per row; its number is the row's.
-- Binds:   as_of (timestamptz).
with

found as (

    insert into work_findings (
        finding_no, kind, currency, statement_minor, ledger_minor, delta_minor, exposure_minor,
        payment_key, economic_type, event_reference, lead_side, lead_item_id
    )
    select
        item_id,
        'unclassified_line',
        currency,
        amount_minor,
        null::bigint,
        coalesce(amount_minor, 0),
        abs(amount_minor),
        payment_key,
        economic_type,
        event_reference,
        'statement',
        item_id
    from work_left_statement
    where type = 'unknown' and dated_at < %(as_of)s
    union all
    select
        item_id,
        'unclassified_line',
        currency,
        null,
        amount_minor,
        -amount_minor,
        abs(amount_minor),
        payment_key,
        economic_type,
        event_reference,
        'ledger',
        item_id
    from work_left_ledger
    where (type = 'unknown' or moves_money is null) and dated_at < %(as_of)s
    returning finding_no, lead_side, lead_item_id

)

insert into work_finding_members (finding_no, side, item_id)
select
    finding_no,
    lead_side,
    lead_item_id
from found;
