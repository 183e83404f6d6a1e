-- Whose fees and taxes were compared, though they are not a match that this run makes? A line of JSON each.
--
-- Grain:   one row per line and ledger row: events that differ, and matches that stay as they were.
-- Binds:   leg (text).
copy (
    select
        '{"leg":"' || %(leg)s || '","statement":' || '[' || to_json(lines.line_scope)::text || ','
        || to_json(lines.line_key)::text || ',' || lines.occurrence || ']'
        || ',"ledger":[' || to_json(entries.ledger_id)::text || ']'
        || coalesce(
            ',"fee":["' || pairs.fee_currency || '",' || pairs.statement_fee_minor || ',' || pairs.ledger_fee_minor || ']', ''
        )
        || coalesce(
            ',"tax":["' || pairs.fee_currency || '",' || pairs.statement_tax_minor || ',' || pairs.ledger_tax_minor || ']', ''
        )
        || '}'
    from work_proof_fees as pairs
    inner join work_proof_lines as lines on pairs.statement_item_id = lines.item_id
    inner join work_proof_entries as entries on pairs.ledger_item_id = entries.item_id
    where
        pairs.statement_fee_minor is not null and pairs.ledger_fee_minor is not null
        or pairs.statement_tax_minor is not null and pairs.ledger_tax_minor is not null
    order by lines.line_scope, lines.line_key, lines.occurrence
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
