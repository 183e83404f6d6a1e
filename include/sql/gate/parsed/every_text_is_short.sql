-- Keys, types and references that are longer than any provider's.
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
    ('key of the line', raw.line_key),
    ('type', raw.provider_type),
    ('reference of the payment', raw.psp_reference),
    ('reference of the event', raw.event_reference),
    ('merchant reference', raw.merchant_reference),
    ('reference of the payout', raw.payout_reference)
) as texts (column_name, written)
where octet_length(texts.written) > %(text_bytes_max)s
order by raw.place, texts.column_name
limit 10
