-- Amounts that do not have the marks of the format: its decimal mark, and its own between thousands.
--
-- Grain:   one row per such amount, the first ten; no row means the promise holds.
-- Binds:   marks_pattern, marks_example (text): how an amount is written.
select
    raw.row_number,
    amounts.column_name,
    'an amount such as ' || %(marks_example)s::text as expected,
    amounts.written as found
from work_raw_rows as raw
cross join lateral (
    values
    ('gross_debit', raw.gross_debit),
    ('gross_credit', raw.gross_credit),
    ('gross', raw.gross),
    ('settled_gross', raw.settled_gross),
    ('exchange_rate', raw.exchange_rate),
    ('net_debit', raw.net_debit),
    ('net_credit', raw.net_credit),
    ('net', raw.net),
    ('cost_1', raw.cost_1),
    ('cost_2', raw.cost_2),
    ('cost_3', raw.cost_3),
    ('cost_4', raw.cost_4),
    ('cost_5', raw.cost_5),
    ('cost_6', raw.cost_6),
    ('tax_1', raw.tax_1),
    ('tax_2', raw.tax_2),
    ('tax_3', raw.tax_3),
    ('balance', raw.balance)
) as amounts (column_name, written)
where amounts.written !~ %(marks_pattern)s::text
order by raw.row_number, amounts.column_name
limit 10
