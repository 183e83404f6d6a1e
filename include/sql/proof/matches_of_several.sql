-- Which rows does this run match by its passes, in pairs or groups, and by which rule? A line of JSON each.
--
-- Grain:   one row per match that is no plain pair, in the order of their keys.
-- Binds:   leg (text), head_as_of (timestamptz).
copy (
    with

    grouped as (

        select
            work_proof_groups.*,
            lines.line_scope,
            lines.line_key,
            lines.occurrence,
            entries.ledger_id,
            '[[' || to_json(lines.line_scope)::text || ',' || to_json(lines.line_key)::text || ','
            || lines.occurrence || '],"' || lines.currency || '",' || coalesce(lines.amount_minor::text, 'null') || ',"'
            || case when lines.origin = 'open' and lines.dated_at >= %(head_as_of)s then 'later' else lines.origin end
            || '"]' as line,
            '[[' || to_json(entries.ledger_id)::text || '],"' || entries.currency || '",' || entries.amount_minor || ',"'
            || case when entries.origin = 'open' and entries.dated_at >= %(head_as_of)s then 'later' else entries.origin end
            || '"]' as entry,
            -- A match that is known by its line is a pair.
            case
                when
                    work_proof_groups.match_id = lines.item_id
                    and lines.fee_currency = entries.currency
                    and not lines.lacks_amount
                    then
                        coalesce(
                            ',"fee":["' || lines.fee_currency || '",' || lines.fee_minor || ',' || entries.fee_minor || ']',
                            ''
                        )
                        || coalesce(
                            ',"tax":["' || lines.fee_currency || '",' || lines.tax_minor || ',' || entries.tax_minor || ']',
                            ''
                        )
            end as fees
        from work_proof_groups
        left join work_proof_lines as lines on work_proof_groups.statement_item_id = lines.item_id
        left join work_proof_entries as entries on work_proof_groups.ledger_item_id = entries.item_id

    )

    select
        '{"leg":"' || %(leg)s || '","rule":"' || min(rules.rule) || '","absorbed_minor":'
        -- Said once, by one of the members.
        || coalesce(sum(grouped.absorbed_minor), 0)
        || ',"proved":' || bool_and(grouped.is_proved)::text
        || ',"statement":['
        || coalesce(string_agg(grouped.line, ',' order by grouped.line_scope, grouped.line_key, grouped.occurrence), '')
        || '],"ledger":[' || coalesce(string_agg(grouped.entry, ',' order by grouped.ledger_id), '') || ']'
        || coalesce(min(grouped.fees), '') || '}'
    from grouped
    inner join internal.match_rules as rules on grouped.rule_number = rules.rule_number
    group by grouped.match_id
    order by min(grouped.line), min(grouped.entry)
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
