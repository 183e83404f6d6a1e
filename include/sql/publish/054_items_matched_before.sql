-- Which item of a match of this run is in an older match, in another volume?
--
-- Grain:   one row per item; none is right.
-- Binds:   leg (text), run_number, volume (bigint): of the matches of this run.
-- Reason:  within a volume the unique indexes hold it. What this run itself staged can't have been
--          matched before, for its items are numbered from there on.
with

fresh as materialized (

    select
        statement_item_id,
        ledger_item_id
    from internal.match_members
    where
        leg = %(leg)s
        and volume = %(volume)s::bigint
        and first_run_number = %(run_number)s
        and (
            statement_item_id < (select coalesce(min(item_id), 1::bigint << 62) from work_statement_lines)
            or ledger_item_id < (select coalesce(min(item_id), 1::bigint << 62) from work_ledger_versions)
        )

)

select
    kept.statement_item_id as item_id,
    kept.first_run_number as run_number
from fresh
inner join internal.match_members as kept on fresh.statement_item_id = kept.statement_item_id
where kept.leg = %(leg)s and kept.volume <> %(volume)s::bigint
union all
select
    kept.ledger_item_id,
    kept.first_run_number
from fresh
inner join internal.match_members as kept on fresh.ledger_item_id = kept.ledger_item_id
where kept.leg = %(leg)s and kept.volume <> %(volume)s::bigint
limit 1;
