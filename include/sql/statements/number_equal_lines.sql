-- Lines of one statement with the same key are numbered, so that each has an identity of its own.
--
-- Grain:   updates the lines whose key occurs more than once. The order is that of what they say, and
--          only between lines that say the same that of the file: another order of rows changes nothing.
-- Binds:   none.
with

numbered as materialized (

    select
        lines.ctid as place,
        row_number() over (
            partition by lines.statement_id, lines.line_key
            order by
                lines.gross_currency, lines.gross_minor, lines.net_minor, lines.fee_minor, lines.booked_at,
                lines.merchant_reference, lines.provider_type, lines.row_number
        ) as occurrence
    from work_new_lines as lines
    inner join work_equal_keys as keys
        on hashtextextended(lines.line_key, 0) = keys.key_hash

)

update work_new_lines as lines
set
    occurrence = numbered.occurrence,
    payment_key = internal.payment_key_of(
        lines.psp_reference, lines.merchant_reference, lines.line_scope, lines.line_key,
        numbered.occurrence::integer
    )
from numbered
where
    lines.ctid = numbered.place
    and numbered.occurrence > 1
    -- The few rows are fetched by their places, not found among all.
    and lines.ctid = any(array(select place from numbered where occurrence > 1))
