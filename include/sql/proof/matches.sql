-- Which pairs of rows does this run match, and by which rule? A line of JSON each.
--
-- Grain:   one row per match that is known by its line, in an order that depends on the keys alone.
-- Binds:   leg (text), head_as_of (timestamptz).
-- Reason:  hashes of keys are sorted in a fraction of the time of the keys. The lines are made before
--          they are sorted, and without a common table expression, so that two processes share it.
copy (
    select json
    from (
        select
            '{"leg":"' || %(leg)s || '","rule":"' || rules.rule || '","absorbed_minor":' || coalesce(members.absorbed_minor, 0)
            || ',"proved":' || members.is_proved::text
            || ',"statement":[[[' || to_json(lines.line_scope)::text || ',' || to_json(lines.line_key)::text || ','
            || lines.occurrence || '],"' || lines.currency || '",' || coalesce(lines.amount_minor::text, 'null') || ',"'
            || case when lines.origin = 'open' and lines.dated_at >= %(head_as_of)s then 'later' else lines.origin end
            || '"]],"ledger":[[[' || to_json(entries.ledger_id)::text || '],"' || entries.currency || '",'
            || entries.amount_minor || ',"'
            || case when entries.origin = 'open' and entries.dated_at >= %(head_as_of)s then 'later' else entries.origin end
            || '"]]'
            || case
                when lines.fee_currency = entries.currency and not lines.lacks_amount
                    then
                        coalesce(
                            ',"fee":["' || lines.fee_currency || '",' || lines.fee_minor || ',' || entries.fee_minor || ']',
                            ''
                        )
                        || coalesce(
                            ',"tax":["' || lines.fee_currency || '",' || lines.tax_minor || ',' || entries.tax_minor || ']',
                            ''
                        )
                else ''
            end
            || '}' as json,
            hashtextextended(lines.line_key, 0) as key_hash
        from work_members as members
        inner join internal.match_rules as rules on members.rule_number = rules.rule_number
        inner join work_proof_lines as lines on members.statement_item_id = lines.item_id
        inner join work_proof_entries as entries on members.ledger_item_id = entries.item_id
        where
            not exists (
                select from work_proof_groups
                where work_proof_groups.match_id = members.match_id
            )
    ) as written
    order by key_hash, json
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
