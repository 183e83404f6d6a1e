-- Which rows came to be expected nowhere, and by which rule? A line of JSON each.
--
-- Grain:   one row per row that this run decided, in the order of sides and keys.
-- Binds:   leg, right (text), account_id (integer), head_as_of (timestamptz).
copy (
    with

    idle as materialized (

        select
            pool.item_id,
            pool.origin,
            pool.currency,
            pool.dated_at
        from work_left_ledger as pool
        where
            pool.moves_money is false
            and pool.type <> 'unknown'
            and not exists (
                select from work_open_rows
                where
                    work_open_rows.leg = %(leg)s
                    and work_open_rows.side = 'ledger'
                    and work_open_rows.item_id = pool.item_id
            )
            and not exists (
                select from work_hard
                where work_hard.item_id = pool.item_id and work_hard.state = 'matched'
            )

    ),

    known as (

        select
            idle.*,
            coalesce(versions.ledger_id, in_force.ledger_id) as ledger_id,
            coalesce(versions.status, in_force.status) as status
        from idle
        left join work_ledger_versions as versions on idle.item_id = versions.item_id
        left join ledger_transactions as in_force
            on idle.item_id = in_force.item_id and in_force.account_id = %(account_id)s

    ),

    found as (

        select
            'statement' as side,
            '[' || to_json(line_scope)::text || ',' || to_json(line_key)::text || ',' || occurrence || ']' as row_key,
            coalesce(gross_currency, net_currency) as currency,
            gross_minor as minor,
            change as was,
            'type ' || type || ' is not expected in the ' || %(right)s as rule
        from work_line_changes
        where change in ('new', 'changed') and not is_expected and type <> 'unknown'
        union all
        select
            'ledger',
            '[' || to_json(known.ledger_id)::text || ']',
            known.currency,
            0,
            case
                when known.origin = 'open' and known.dated_at >= %(head_as_of)s then 'later'
                when known.origin in ('new', 'changed', 'open') then known.origin
                when known.item_id in (select unnest(item_ids) from work_existing_matches) then 'matched'
                else 'not_expected'
            end,
            'status ' || known.status || ' moves no money'
        from known

    )

    select row_to_json(written)
    from (
        select
            %(leg)s as leg,
            side,
            row_key::json as key,
            currency,
            minor,
            was,
            rule
        from found
        order by side, found.row_key
    ) as written
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
