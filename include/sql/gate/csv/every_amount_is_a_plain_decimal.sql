-- Amounts that are not digits with at most one point, and a sign only where the format has one.
--
-- Grain:   one row per such amount, the first ten; no row means the promise holds.
-- Binds:   is_signed (boolean): columns that are no debit or credit may begin with a minus sign.
select
    raw.row_number,
    amounts.column_name,
    'a decimal number with a point and at most 15 digits before it, '
    || case
        when %(is_signed)s::boolean and amounts.may_be_negative then 'with a minus sign where it is negative'
        else 'without a sign'
    end as expected,
    amounts.written as found
from work_raw_rows as raw
cross join lateral (
    values
    ('gross_debit', false, raw.gross_debit),
    ('gross_credit', false, raw.gross_credit),
    ('gross', true, raw.gross),
    ('settled_gross', true, raw.settled_gross),
    ('exchange_rate', false, raw.exchange_rate),
    ('net_debit', false, raw.net_debit),
    ('net_credit', false, raw.net_credit),
    ('net', true, raw.net),
    ('cost_1', true, raw.cost_1),
    ('cost_2', true, raw.cost_2),
    ('cost_3', true, raw.cost_3),
    ('cost_4', true, raw.cost_4),
    ('cost_5', true, raw.cost_5),
    ('cost_6', true, raw.cost_6),
    ('tax_1', true, raw.tax_1),
    ('tax_2', true, raw.tax_2),
    ('tax_3', true, raw.tax_3),
    ('balance', true, raw.balance)
) as amounts (column_name, may_be_negative, written)
where
    case when %(is_signed)s::boolean and amounts.may_be_negative then regexp_replace(amounts.written, '^-', '') else amounts.written end
    !~ '^([0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})$'
    or (amounts.column_name <> 'exchange_rate' and amounts.written ~ '[0-9]{16}')
order by raw.row_number, amounts.column_name
limit 10
