-- Which discrepancies are open or were resolved, which rows are in each, and what explains it? A line
-- of JSON each.
--
-- Grain:   one row per discrepancy, in the order of their ids.
-- Binds:   leg (text).
-- Reason:  a row is said once, with the discrepancy that has its currency; where others concern it
--          too, they name it as a member.
copy (
    with

    members as materialized (

        select
            ids.discrepancy_id,
            findings.currency,
            findings.kind,
            members.side,
            members.item_id
        from work_finding_members as members
        inner join work_findings as findings on members.finding_no = findings.finding_no
        inner join work_finding_ids as ids on members.finding_no = ids.finding_no

    ),

    homes as materialized (

        select distinct on (open_rows.side, open_rows.item_id)
            members.discrepancy_id,
            open_rows.*
        from work_proof_open_rows as open_rows
        inner join members
            on open_rows.side = members.side and open_rows.item_id = members.item_id
        where
            open_rows.bucket = 'discrepancy'
            and members.kind not in ('fee_mismatch', 'tax_mismatch', 'date_mismatch', 'fx_mismatch', 'ledger_changed')
        order by
            open_rows.side, open_rows.item_id,
            members.currency is distinct from open_rows.currency, members.discrepancy_id

    ),

    rows_of as (

        select
            discrepancy_id,
            string_agg(
                '{"side":"' || side || '","key":' || row_key
                || ',"currency":' || to_json(currency)::text
                || ',"minor":' || coalesce(amount_minor::text, 'null')
                || ',"counted":' || is_counted::text
                || ',"was":"' || was || '"}',
                ',' order by side, row_key
            ) as rows
        from homes
        group by discrepancy_id

    ),

    named as (

        select
            members.discrepancy_id,
            string_agg(
                '{"side":"' || members.side || '","key":'
                || case members.side
                    when 'statement'
                        then
                            '[' || to_json(items.line_scope)::text || ',' || to_json(items.line_key)::text || ','
                            || items.occurrence || ']'
                    else '[' || to_json(items.ledger_id)::text || ']'
                end || '}',
                ',' order by items.member_key
            ) as members
        from members
        inner join work_items as items
            on members.side = items.side and members.item_id = items.item_id
        left join homes
            on
                members.side = homes.side
                and members.item_id = homes.item_id
                and members.discrepancy_id = homes.discrepancy_id
        where homes.item_id is null
        group by members.discrepancy_id

    ),

    -- Entries on their way to the ledger: rows of its side, told where they offset or stand alone.
    entries as (

        select
            told_in as discrepancy_id,
            string_agg(
                '["' || request_id || '","' || currency || '",' || amount_minor || ']',
                ',' order by request_id
            ) as entries
        from work_correction_states
        where state in ('waiting', 'not_posted')
        group by told_in

    ),

    explained as (

        select
            discrepancy_id,
            json_agg(
                json_build_object(
                    'cause', cause,
                    'claimed', is_claimed,
                    'solutions', solutions,
                    'with', with_discrepancy_id,
                    'evidence', evidence,
                    'correction', correction,
                    'correction_minor', correction_minor
                )
                order by cause
            ) as causes
        from work_causes
        group by discrepancy_id

    )

    select row_to_json(written)
    from (
        select
            found.leg,
            found.discrepancy_id,
            found.event_id,
            found.shown_under,
            found.aspect,
            found.kind,
            found.change,
            found.status,
            found.currency,
            found.statement_minor,
            found.ledger_minor,
            found.delta_minor,
            found.exposure_minor,
            ('[' || coalesce(rows_of.rows, '') || ']')::json as rows,
            ('[' || coalesce(named.members, '') || ']')::json as members,
            ('[' || coalesce(entries.entries, '') || ']')::json as corrections,
            coalesce(explained.causes, '[]'::json) as causes
        from work_discrepancies as found
        left join rows_of on found.discrepancy_id = rows_of.discrepancy_id
        left join named on found.discrepancy_id = named.discrepancy_id
        left join entries on found.discrepancy_id = entries.discrepancy_id
        left join explained on found.discrepancy_id = explained.discrepancy_id
        where found.leg = %(leg)s
        order by found.discrepancy_id
    ) as written
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
