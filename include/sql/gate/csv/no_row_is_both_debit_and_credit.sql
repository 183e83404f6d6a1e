-- Rows with an amount in both the debit and the credit column.
--
-- Grain:   one row per such pair, the first ten; no row means the promise holds. A row of sums may have both.
-- Binds:   none. Reads work_types.
select
    raw.row_number,
    pairs.column_name,
    'an amount on one side' as expected,
    pairs.debit || ' and ' || pairs.credit as found
from work_raw_rows as raw
inner join work_types as types
    on
        raw.type_word = types.type_word
        and types.is_line
cross join lateral (
    values
    ('gross_sides', raw.gross_debit, raw.gross_credit),
    ('net_sides', raw.net_debit, raw.net_credit)
) as pairs (column_name, debit, credit)
where
    pairs.debit::numeric <> 0
    and pairs.credit::numeric <> 0
order by raw.row_number, pairs.column_name
limit 10
