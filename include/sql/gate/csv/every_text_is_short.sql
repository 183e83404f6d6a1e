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
    ('line_id', raw.line_id),
    ('type', raw.type),
    ('subtype', raw.subtype),
    ('statement', raw.statement),
    ('psp_reference', raw.psp_reference),
    ('event_reference', raw.event_reference),
    ('merchant_reference', raw.merchant_reference),
    ('merchant_reference_2', raw.merchant_reference_2),
    ('payout_reference', raw.payout_reference),
    ('further_1', raw.further_1),
    ('further_2', raw.further_2),
    ('further_3', raw.further_3),
    ('further_4', raw.further_4)
) as texts (column_name, written)
where octet_length(texts.written) > %(text_bytes_max)s
order by raw.row_number, texts.column_name
limit 10
