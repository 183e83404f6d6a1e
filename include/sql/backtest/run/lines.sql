-- Stages the lines that a run brought, and beside those of an amendment the ones that it left as they were.
--
-- Grain:   one row per line.
-- Binds:   account_id (integer), run_number, first_item_id (bigint), expected (text[]: the types that the ledger
--          is expected to have, by the rules of the replay).
-- Reason:  an amendment withdraws what it no longer has, so what it still has must be there. A line that is
--          only staged again has a number of its own, as when it was read.
insert into work_statement_lines (
    item_id, payment_key, statement_id, line_scope, line_key, occurrence, provider_type, type, economic_type,
    is_expected, psp_reference, event_reference, merchant_reference, payout_reference, gross_minor,
    gross_currency, fee_minor, tax_minor, net_minor, net_currency, booked_at, booked_on, source_zone,
    value_date, row_number, further_references
)
select
    case
        when lines.first_run_number = %(run_number)s then lines.item_id
        else %(first_item_id)s::bigint + row_number() over (order by lines.item_id)
    end,
    lines.payment_key,
    case when lines.first_run_number = %(run_number)s then lines.statement_id else amended.statement_id end,
    lines.line_scope,
    lines.line_key,
    lines.occurrence,
    lines.provider_type,
    lines.type,
    lines.economic_type,
    lines.type = any(%(expected)s::text[]),
    lines.psp_reference,
    lines.event_reference,
    lines.merchant_reference,
    lines.payout_reference,
    lines.gross_minor,
    lines.gross_currency,
    lines.fee_minor,
    lines.tax_minor,
    lines.net_minor,
    lines.net_currency,
    lines.booked_at,
    lines.booked_on,
    lines.source_zone,
    lines.value_date,
    lines.row_number,
    lines.further_references
from history.statement_lines as lines
left join history.statements as amended
    on
        lines.line_scope = amended.statement_key
        and lines.account_id = amended.account_id
        and amended.first_run_number = %(run_number)s
where
    lines.account_id = %(account_id)s
    and (
        lines.first_run_number = %(run_number)s
        or (
            amended.statement_id is not null
            and lines.first_run_number < %(run_number)s
            and (lines.last_run_number is null or lines.last_run_number > %(run_number)s)
        )
    )
