-- Types and references that are longer than any provider's.
--
-- Grain:   one row per such text, the first ten; no row means the promise holds.
-- Binds:   text_bytes_max (integer).
select
    raw.row_number,
    texts.column_name,
    'at most ' || %(text_bytes_max)s || ' bytes' as expected,
    octet_length(texts.written) || ' bytes, from ' || left(texts.written, 20) || ' on' as found
from work_raw_rows as raw
cross join lateral (
    values
    ('Type', raw.type),
    ('Psp Reference', raw.psp_reference),
    ('Merchant Reference', raw.merchant_reference),
    ('Modification Reference', raw.modification_reference)
) as texts (column_name, written)
where octet_length(texts.written) > %(text_bytes_max)s
order by raw.row_number, texts.column_name
limit 10
