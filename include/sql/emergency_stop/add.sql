-- What was stopped or started again, unless the last thing written down says exactly that?
--
-- Grain:   one row with the new number, or none: a repeat adds nothing.
-- Binds:   variable, event, changed_by, reason (text), until (timestamptz).
insert into internal.emergency_stops (variable, event, changed_by, reason, until)
select
    %(variable)s::text,
    %(event)s::text,
    %(changed_by)s::text,
    %(reason)s::text,
    %(until)s::timestamptz
where
    not exists (
        select from internal.emergency_stops as last_one
        where
            last_one.stop_id = (
                select max(earlier.stop_id) from internal.emergency_stops as earlier
                where earlier.variable = %(variable)s::text
            )
            and last_one.event = %(event)s::text
            and last_one.changed_by = %(changed_by)s::text
            and last_one.reason = %(reason)s::text
            and last_one.until is not distinct from %(until)s::timestamptz
    )
returning stop_id
