-- Amounts with more decimals than their currency has.
--
-- Grain:   one row per such amount, the first ten; no row means the promise holds.
-- Binds:   none.
select
    raw.row_number,
    amounts.column_name,
    'at most ' || currencies.exponent || ' decimals in ' || currencies.code as expected,
    amounts.written as found
from work_raw_rows as raw
cross join lateral (
    values
    ('Gross Debit (GC)', raw.gross_currency, raw.gross_debit_gc),
    ('Gross Credit (GC)', raw.gross_currency, raw.gross_credit_gc),
    ('Net Debit (NC)', raw.net_currency, raw.net_debit_nc),
    ('Net Credit (NC)', raw.net_currency, raw.net_credit_nc),
    ('Commission (NC)', raw.net_currency, raw.commission_nc),
    ('Markup (NC)', raw.net_currency, raw.markup_nc),
    ('Scheme Fees (NC)', raw.net_currency, raw.scheme_fees_nc),
    ('Interchange (NC)', raw.net_currency, raw.interchange_nc)
) as amounts (column_name, currency, written)
inner join internal.currencies as currencies
    on amounts.currency = currencies.code
where amounts.written ~ ('\.[0-9]{' || currencies.exponent || '}0*[1-9]')
order by raw.row_number, amounts.column_name
limit 10
