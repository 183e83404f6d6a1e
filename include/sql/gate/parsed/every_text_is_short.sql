-- Keys, types and references that are longer than any provider's.
--
-- Grain:   one row per such text, the first ten; no row means the promise holds.
-- Binds:   text_bytes_max (integer).
select
    texts.row_number,
    texts.column_name,
    'at most ' || %(text_bytes_max)s || ' bytes' as expected,
    octet_length(texts.written) || ' bytes, from ' || left(texts.written, 20) || ' on' as found
from (
    select
        page_number,
        0 as place,
        row_number,
        'key of the statement' as column_name,
        statement_key as written
    from work_parsed_pages
    union all
    select
        raw.page_number,
        raw.place,
        raw.row_number,
        own.column_name,
        own.written
    from work_raw_rows as raw
    cross join lateral (
        values
        ('key of the line', raw.line_key),
        ('type', raw.provider_type),
        ('reference of the payment', raw.psp_reference),
        ('reference of the event', raw.event_reference),
        ('merchant reference', raw.merchant_reference),
        ('reference of the payout', raw.payout_reference)
    ) as own (column_name, written)
) as texts
where octet_length(texts.written) > %(text_bytes_max)s
order by texts.page_number, texts.place, texts.column_name
limit 10
