-- What was seen of a pause, or done because of it?
--
-- Grain:   no rows; adds one row. A run is skipped or proceeds once, however often it is asked.
-- Binds:   psp, account, event, paused_by, reason, requested_by (text), since, until (timestamptz),
--          attempt_id (bigint), exposure (jsonb).
insert into internal.pauses (
    psp, account, event, paused_by, reason, since, until, attempt_id, requested_by, exposure
)
select
    %(psp)s::text,
    %(account)s::text,
    %(event)s::text,
    %(paused_by)s::text,
    %(reason)s::text,
    %(since)s::timestamptz,
    %(until)s::timestamptz,
    %(attempt_id)s::bigint,
    %(requested_by)s::text,
    %(exposure)s::jsonb
where
    not exists (
        select from internal.pauses
        where
            pauses.attempt_id = %(attempt_id)s::bigint
            and pauses.event = %(event)s::text
    )
