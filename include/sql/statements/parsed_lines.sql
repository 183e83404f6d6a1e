-- What are the parsed lines as canonical lines?
--
-- Grain:   one row per line, in work_new_lines, all with occurrence 1.
-- Binds:   expected (text[]): types that the ledger is expected to have; line_scope (text); first_item_id
--          (bigint): what a line's place is added to. Reads work_statements.
create table work_new_lines as
with

lines as (

    select
        statements.statement_id,
        case when %(line_scope)s::text = 'account' then '' else statements.statement_key end as line_scope,
        raw.line_key,
        1 as occurrence,
        raw.provider_type,
        raw.type,
        raw.economic_type,
        raw.type = any(%(expected)s::text[]) as is_expected,
        raw.psp_reference,
        raw.event_reference,
        raw.merchant_reference,
        raw.payout_reference,
        raw.gross_minor,
        raw.gross_currency,
        raw.fee_minor,
        raw.tax_minor,
        raw.net_minor,
        raw.net_currency,
        raw.booked_at,
        raw.booked_on,
        raw.source_zone,
        raw.value_date,
        raw.row_number,
        raw.further_references,
        raw.place
    from work_raw_rows as raw
    inner join work_parsed_statements as pages
        on raw.page_number = pages.page_number
    inner join work_statements as statements
        on pages.own_key = statements.statement_key

)

select
    %(first_item_id)s::bigint + lines.place as item_id,
    internal.payment_key_of(
        lines.psp_reference, lines.merchant_reference, lines.line_scope, lines.line_key, lines.occurrence
    ) as payment_key,
    lines.statement_id,
    lines.line_scope,
    lines.line_key,
    lines.occurrence,
    lines.provider_type,
    lines.type,
    lines.economic_type,
    lines.is_expected,
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
from lines
