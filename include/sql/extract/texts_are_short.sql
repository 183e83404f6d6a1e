-- Ids and references of the ledger that are longer than any provider's: an index would not take them.
--
-- Grain:   one row per such text, at most 5; the id is cut where it is the long one.
-- Binds:   text_bytes_max (integer).
select
    left(extracted.ledger_id, 40) as ledger_id,
    texts.column_name,
    octet_length(texts.written) as bytes
from work_ledger_extract as extracted
cross join lateral (
    values
    ('ledger_id', extracted.ledger_id),
    ('psp_reference', extracted.psp_reference),
    ('merchant_reference', extracted.merchant_reference),
    ('event_reference', extracted.event_reference),
    ('status', extracted.status)
) as texts (column_name, written)
where
    -- Few rows are looked at text by text.
    greatest(
        octet_length(extracted.ledger_id), octet_length(extracted.psp_reference),
        octet_length(extracted.merchant_reference), octet_length(extracted.event_reference),
        octet_length(extracted.status)
    ) > %(text_bytes_max)s
    and octet_length(texts.written) > %(text_bytes_max)s
order by extracted.ledger_id, texts.column_name
limit 5;
