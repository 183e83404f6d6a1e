-- Which plain pairs does this run match, and by which rule? A line of JSON each.
--
-- Grain:   one row per pair, in an order that depends on the keys alone.
-- Binds:   leg (text).
-- Reason:  hashes of keys are sorted in a fraction of the time of the keys. The lines are made before
--          they are sorted, and without a common table expression, so that two processes share it.
copy (
    select json
    from (
        select
            '{"leg":"' || %(leg)s || case
                when has_same_event then '","rule":"event_reference"' else '","rule":"payment_and_amount"'
            end
            || ',"absorbed_minor":0,"proved":true,"statement":[[['
            || to_json(line_scope)::text || ',' || to_json(line_key)::text || ',' || occurrence || '],"'
            || currency || '",' || amount_minor || ',"' || case line_was when 'sibling' then 'matched' else line_was end
            || '"]],"ledger":[[['
            || to_json(ledger_id)::text || '],"'
            || currency || '",' || amount_minor || ',"' || case entry_was when 'sibling' then 'matched' else entry_was end
            || '"]]'
            || case
                when has_comparable_fees
                    then
                        coalesce(
                            ',"fee":["' || fee_currency || '",' || statement_fee_minor || ',' || ledger_fee_minor || ']',
                            ''
                        )
                        || coalesce(
                            ',"tax":["' || fee_currency || '",' || statement_tax_minor || ',' || ledger_tax_minor || ']',
                            ''
                        )
                else ''
            end
            || '}' as json,
            hashtextextended(line_key, 0) as key_hash
        from work_plain_pairs
        where
            match_id not in (
                select decided_match_id from work_existing_matches where decided_match_id is not null
            )
    ) as written
    order by key_hash, json
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
