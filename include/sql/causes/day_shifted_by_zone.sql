-- Is the day another one because one side reads the instant in UTC?
--
-- Grain:   one row per discrepancy.
-- Binds:   zone (text).
-- Formula: the line's instant has the due day in UTC, and another in its own zone; or the ledger's
--          instant has in UTC a day that settles when the line was booked, and another in the zone
-- Kinds:   date_mismatch
-- Correction: accept
-- Do:      the two sides cut days in different zones: declare the zone of whichever is wrong
select
    subjects.discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'booked_at', to_char(subjects.line_dated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'booked_on', subjects.line_dated_on,
        'ledger_at', to_char(subjects.entry_dated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'due_on', subjects.due_on,
        'zone', %(zone)s::text
    ) as evidence
from work_cause_subjects as subjects
left join work_calendar as utc_day on (subjects.entry_dated_at at time zone 'UTC')::date = utc_day.day
where
    subjects.kind = 'date_mismatch'
    and (
        (
            (subjects.line_dated_at at time zone 'UTC')::date = subjects.due_on
            and subjects.line_dated_on <> subjects.due_on
        )
        or (
            (subjects.entry_dated_at at time zone 'UTC')::date <> (subjects.entry_dated_at at time zone %(zone)s)::date
            and utc_day.settles_on = subjects.line_dated_on
        )
    )
