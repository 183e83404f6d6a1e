-- Has the summary of this half hour, or the final one, been written?
--
-- Grain:   one row.
-- Binds:   alert_id (bigint), slot (integer), is_final (boolean).
select
    exists (
        select from internal.incident_summaries
        where
            alert_id = %(alert_id)s
            and is_final = %(is_final)s
            and (is_final or slot = %(slot)s)
    ) as is_so
