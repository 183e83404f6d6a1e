-- Amounts with more decimals than their currency has, or with a part of its minor unit.
--
-- Grain:   one row per such amount, the first ten; no row means the promise holds.
-- Binds:   has_gross_currency (boolean).
select
    raw.row_number,
    amounts.column_name,
    case
        when units.minor_units < 1 then 'a multiple of ' || trim_scale(1 / units.minor_units) || ' in ' || units.code
        else 'at most ' || units.decimals || ' decimals in ' || units.code
    end as expected,
    amounts.written as found
from work_raw_rows as raw
cross join lateral (
    select case when %(has_gross_currency)s::boolean then raw.gross_currency else raw.net_currency end as gross_currency
) as own
cross join lateral (
    values
    ('gross_debit', own.gross_currency, raw.gross_debit),
    ('gross_credit', own.gross_currency, raw.gross_credit),
    ('gross', own.gross_currency, raw.gross),
    ('settled_gross', raw.net_currency, raw.settled_gross),
    ('net_debit', raw.net_currency, raw.net_debit),
    ('net_credit', raw.net_currency, raw.net_credit),
    ('net', raw.net_currency, raw.net),
    ('cost_1', raw.net_currency, raw.cost_1),
    ('cost_2', raw.net_currency, raw.cost_2),
    ('cost_3', raw.net_currency, raw.cost_3),
    ('cost_4', raw.net_currency, raw.cost_4),
    ('cost_5', raw.net_currency, raw.cost_5),
    ('cost_6', raw.net_currency, raw.cost_6),
    ('tax_1', raw.net_currency, raw.tax_1),
    ('tax_2', raw.net_currency, raw.tax_2),
    ('tax_3', raw.net_currency, raw.tax_3),
    ('balance', raw.net_currency, raw.balance)
) as amounts (column_name, currency, written)
inner join work_units as units
    on amounts.currency = units.written
where
    amounts.written ~ ('\.[0-9]{' || units.decimals || '}0*[1-9]')
    or (units.minor_units < 1 and amounts.written::numeric * units.minor_units %% 1 <> 0)
order by raw.row_number, amounts.column_name
limit 10
