-- Amounts that are not digits with at most one point: no sign, no comma, no exponent.
--
-- Grain:   one row per such amount, the first ten; no row means the promise holds.
-- Binds:   none.
select
    raw.row_number,
    amounts.column_name,
    'a decimal number with a point and without a sign' as expected,
    amounts.written as found
from work_raw_rows as raw
cross join lateral (
    values
    ('Gross Debit (GC)', raw.gross_debit_gc),
    ('Gross Credit (GC)', raw.gross_credit_gc),
    ('Exchange Rate', raw.exchange_rate),
    ('Net Debit (NC)', raw.net_debit_nc),
    ('Net Credit (NC)', raw.net_credit_nc),
    ('Commission (NC)', raw.commission_nc),
    ('Markup (NC)', raw.markup_nc),
    ('Scheme Fees (NC)', raw.scheme_fees_nc),
    ('Interchange (NC)', raw.interchange_nc)
) as amounts (column_name, written)
where
    amounts.written !~ '^([0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})$'
    or (amounts.column_name <> 'Exchange Rate' and amounts.written ~ '[0-9]{16}')
order by raw.row_number, amounts.column_name
limit 10
