-- What was last seen of a PSP's pause, and since when has it lasted?
--
-- Grain:   one row; `event` and `pause_id` are null when nothing was ever seen, `first_seen_at` is
--          null unless the last thing seen is a pause in force. `now` is the database's clock.
-- Binds:   psp (text).
with

changes as (

    select *
    from internal.pauses
    where
        psp = %(psp)s
        and event in ('paused', 'changed', 'resumed', 'expired', 'unreadable')

),

last_change as (

    select *
    from changes
    order by pause_id desc
    limit 1

)

select
    last_change.pause_id,
    last_change.event,
    last_change.paused_by,
    last_change.reason,
    last_change.since,
    last_change.until,
    (
        select min(changes.seen_at)
        from changes
        where
            last_change.event in ('paused', 'changed', 'unreadable')
            and changes.pause_id > (
                select coalesce(max(ended.pause_id), 0)
                from changes as ended
                where ended.event in ('resumed', 'expired')
            )
    ) as first_seen_at,
    clock_timestamp() as now
from (values (1)) as one_row (number)
left join last_change on true
