-- Which versions of rows are in force no more, and where did they stand? A line of JSON each.
--
-- Grain:   one row per version that another one replaces, or that is gone; in the order of sides and keys.
-- Binds:   leg (text), account_id (integer), head_as_of (timestamptz).
copy (
    with

    matched as materialized (

        select unnest(item_ids) as item_id
        from work_existing_matches

    ),

    replaced as (

        select
            'statement' as side,
            '[' || to_json(known.line_scope)::text || ',' || to_json(known.line_key)::text || ','
            || known.occurrence || ']' as row_key,
            known.item_id,
            case when known.type = 'unknown' then coalesce(known.gross_minor, known.net_minor) else known.gross_minor end
                as minor,
            coalesce(known.gross_currency, known.net_currency) as currency,
            known.booked_at as dated_at,
            case when changes.old_item_id is null then 'withdrawn' else 'changed' end as change
        from work_replaced_items as replaced
        inner join statement_lines as known
            on replaced.item_id = known.item_id and known.account_id = %(account_id)s
        left join (
            select old_item_id from work_line_changes
            where change = 'changed'
        ) as changes on replaced.item_id = changes.old_item_id
        where replaced.side = 'statement'
        union all
        select
            'ledger',
            '[' || to_json(known.ledger_id)::text || ']',
            known.item_id,
            case when known.moves_money is false then 0 else known.amount_minor end,
            known.currency,
            known.occurred_at,
            case when changes.old_item_id is null then 'withdrawn' else 'changed' end
        from work_replaced_items as replaced
        inner join ledger_transactions as known
            on replaced.item_id = known.item_id and known.account_id = %(account_id)s
        left join (
            select old_item_id from work_ledger_changes
            where change = 'changed'
        ) as changes on replaced.item_id = changes.old_item_id
        where replaced.side = 'ledger'

    )

    select row_to_json(written)
    from (
        select
            %(leg)s as leg,
            replaced.side,
            replaced.row_key::json as key,
            replaced.currency,
            replaced.minor,
            case
                when at_head.item_id is not null and replaced.dated_at >= %(head_as_of)s then 'later'
                when at_head.item_id is not null then 'open'
                when replaced.item_id in (select item_id from matched) then 'matched'
                else 'not_expected'
            end as was,
            replaced.change
        from replaced
        left join internal.open_items as at_head
            on replaced.item_id = at_head.item_id and at_head.leg = %(leg)s
        order by replaced.side, replaced.row_key
    ) as written
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
