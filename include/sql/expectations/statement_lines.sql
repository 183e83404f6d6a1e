-- Which statement lines in force did an account's runs publish since a given one?
--
-- Grain:   one row per statement line in force.
-- Binds:   account_id (integer); since_run_number (bigint); format (text): NULL for every format.
select
    statement_lines.item_id,
    statement_lines.account_id,
    deliveries.name as statement_file,
    statement_lines.row_number as statement_row,
    statement_lines.line_scope,
    statement_lines.line_key,
    statement_lines.occurrence,
    statement_lines.provider_type,
    statement_lines.type,
    statement_lines.is_expected,
    statement_lines.psp_reference,
    statement_lines.merchant_reference,
    statement_lines.gross_minor,
    statement_lines.gross_currency,
    statement_lines.fee_minor,
    statement_lines.tax_minor,
    statement_lines.net_minor,
    statement_lines.net_currency,
    statement_lines.booked_at,
    statement_lines.booked_on,
    statement_lines.value_date
from internal.statement_lines
inner join internal.statements on statement_lines.statement_id = statements.statement_id
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
where
    statement_lines.account_id = %(account_id)s
    and statement_lines.last_run_number is null
    and statement_lines.first_run_number >= %(since_run_number)s
    and coalesce(%(format)s::text = statements.format, true)
