-- What did tolerances let pass in the events that this run decided? A line of JSON each.
--
-- Grain:   one row per match and measure, in the order of the keys of lines; a match of several rows
--          has a key in matches.ndjson alone.
-- Binds:   leg (text).
copy (
    select row_to_json(written)
    from (
        select
            %(leg)s as leg,
            absorbed.measure,
            absorbed.currency,
            absorbed.statement_minor,
            absorbed.ledger_minor,
            absorbed.absorbed_minor,
            absorbed.business_days,
            absorbed.rule,
            absorbed.rule_version,
            case
                when lines.item_id is not null
                    then (
                        '[' || to_json(lines.line_scope)::text || ',' || to_json(lines.line_key)::text || ','
                        || lines.occurrence || ']'
                    )::json
            end as statement
        from work_absorbed as absorbed
        left join work_proof_lines as lines on absorbed.match_id = lines.item_id
        order by
            lines.line_scope, lines.line_key, lines.occurrence, absorbed.measure, absorbed.currency,
            absorbed.statement_minor, absorbed.ledger_minor
    ) as written
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
