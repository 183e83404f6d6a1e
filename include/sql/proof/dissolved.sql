-- Which matches of earlier runs does this run dissolve? A line of JSON each.
--
-- Grain:   one row per match, in the order of its rows' keys.
-- Binds:   leg (text), account_id (integer).
copy (
    with

    members as (

        select
            match_members.match_id,
            match_members.rule_number,
            match_members.is_proved,
            match_members.absorbed_minor,
            lines.row_key as line,
            entries.row_key as entry
        from work_existing_matches
        inner join internal.match_members
            on work_existing_matches.match_id = match_members.match_id and match_members.leg = %(leg)s
        left join lateral (
            select
                '[[' || to_json(line_scope)::text || ',' || to_json(line_key)::text || ',' || occurrence || '],'
                || to_json(coalesce(gross_currency, net_currency))::text || ','
                || coalesce(gross_minor::text, 'null') || ']' as row_key
            from statement_lines
            where
                item_id = match_members.statement_item_id
                and account_id = %(account_id)s
        ) as lines on true
        left join lateral (
            select
                '[[' || to_json(ledger_id)::text || '],' || to_json(currency)::text || ','
                || case when moves_money is false then '0' else amount_minor::text end || ']' as row_key
            from ledger_transactions
            where
                item_id = match_members.ledger_item_id
                and account_id = %(account_id)s
        ) as entries on true
        where work_existing_matches.decided_match_id is null

    )

    select
        '{"leg":"' || %(leg)s || '","rule":"' || min(match_rules.rule) || '","absorbed_minor":'
        || coalesce(max(members.absorbed_minor), 0) || ',"proved":' || bool_and(members.is_proved)::text
        || ',"statement":[' || coalesce(string_agg(members.line, ',' order by members.line), '')
        || '],"ledger":[' || coalesce(string_agg(members.entry, ',' order by members.entry), '') || ']}'
    from members
    inner join internal.match_rules on members.rule_number = match_rules.rule_number
    group by members.match_id
    order by min(members.line), min(members.entry)
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
