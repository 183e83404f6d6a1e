-- Where does every open row stand, and where did it stand at the head?
--
-- Grain:   one row per open row, in work_proof_open_rows.
-- Binds:   leg (text), head_as_of (timestamptz).
-- Reason:  asked before the run is published, while the tables of the head are those of the head.
create unlogged table work_proof_open_rows as
with

changed as materialized (

    select
        'statement' as side,
        item_id
    from work_line_changes
    where change = 'changed'
    union all
    select
        'ledger',
        item_id
    from work_ledger_changes
    where change = 'changed' and (select has_replaced from work_extract_summary)

),

matched as materialized (

    select unnest(item_ids) as item_id
    from work_existing_matches

)

select
    open_rows.side,
    open_rows.item_id,
    open_rows.bucket,
    open_rows.reason,
    open_rows.currency,
    case when open_rows.is_counted or open_rows.reason = 'after_the_window' then open_rows.amount_minor end
        as amount_minor,
    open_rows.is_counted,
    open_rows.due_at,
    open_rows.due_on,
    case
        when items.is_new and changed.item_id is not null then 'changed'
        when items.is_new then 'new'
        when at_head.item_id is not null and items.dated_at >= %(head_as_of)s then 'later'
        when at_head.item_id is not null then 'open'
        when provisional.item_id is not null then 'provisional'
        when open_rows.item_id in (select item_id from matched) then 'matched'
        else 'not_expected'
    end as was,
    items.dated_at,
    items.type,
    items.psp_reference,
    items.statement_file,
    items.statement_row,
    case open_rows.side
        when 'statement'
            then
                '[' || to_json(items.line_scope)::text || ',' || to_json(items.line_key)::text || ','
                || items.occurrence || ']'
        else '[' || to_json(items.ledger_id)::text || ']'
    end as row_key
from work_open_rows as open_rows
inner join work_items as items
    on open_rows.side = items.side and open_rows.item_id = items.item_id
left join changed on open_rows.side = changed.side and open_rows.item_id = changed.item_id
left join internal.open_items as at_head
    on open_rows.item_id = at_head.item_id and at_head.leg = %(leg)s
left join internal.provisional_members as provisional
    on open_rows.item_id = provisional.item_id and provisional.leg = %(leg)s
where open_rows.leg = %(leg)s;
