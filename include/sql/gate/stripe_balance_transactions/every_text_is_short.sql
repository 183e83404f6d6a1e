-- Types and references that are longer than any of the provider's.
--
-- Grain:   one row per such text, the first ten; no row means the promise holds.
-- Binds:   text_bytes_max (integer); metadata_keys (text[]): where our own reference may stand.
select
    raw.row_number,
    texts.column_name,
    'at most ' || %(text_bytes_max)s || ' bytes' as expected,
    octet_length(texts.written) || ' bytes, from ' || left(texts.written, 20) || ' on' as found
from work_raw_rows as raw
cross join lateral (
    values
    ('reporting_category', raw.reporting_category),
    ('type', raw.type),
    ('source.id', raw.source_id),
    ('source.payment_intent', raw.source ->> 'payment_intent'),
    ('source.charge', raw.source ->> 'charge')
    union all
    select
        'source.metadata.' || keys.name,
        raw.source -> 'metadata' ->> keys.name
    from unnest(%(metadata_keys)s::text[]) as keys (name)
) as texts (column_name, written)
where octet_length(texts.written) > %(text_bytes_max)s
order by raw.row_number, texts.column_name
limit 10
