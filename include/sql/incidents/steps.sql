-- What was done about an incident while it was open, by people and, where it escalated, by the clock?
--
-- Grain:   one row per step, in order.
-- Binds:   alert_id (bigint).
with

steps as (

    select
        alert_changes.changed_at as done_at,
        alert_changes.event,
        alert_changes.changed_by as done_by,
        alert_changes.note,
        alert_changes.psp_ticket,
        1 as source,
        alert_changes.change_id as number
    from internal.alert_changes
    where
        alert_changes.alert_id = %(alert_id)s
        and (alert_changes.changed_by is not null or alert_changes.event = 'escalated')
    union all
    select
        pauses.seen_at,
        pauses.event,
        coalesce(pauses.requested_by, pauses.paused_by),
        pauses.reason,
        null,
        2,
        pauses.pause_id
    from internal.alerts
    inner join internal.pauses on alerts.psp = pauses.psp
    where
        alerts.alert_id = %(alert_id)s
        and pauses.event in ('paused', 'changed', 'resumed', 'expired', 'proceeded')
        and pauses.seen_at >= alerts.opened_at
        and pauses.seen_at <= coalesce(alerts.closed_at, pauses.seen_at)
    union all
    select
        runs.published_at,
        'reconciled',
        attempts.requested_by,
        attempts.request_note,
        null,
        3,
        runs.run_number
    from internal.alerts
    inner join internal.accounts on alerts.psp = accounts.psp
    inner join internal.runs on accounts.account_id = runs.account_id
    inner join internal.attempts on runs.attempt_id = attempts.attempt_id
    where
        alerts.alert_id = %(alert_id)s
        and runs.trigger = 'manual'
        and runs.is_published
        and runs.published_at >= alerts.opened_at
        and runs.published_at <= coalesce(alerts.closed_at, runs.published_at)

)

select
    done_at,
    event,
    done_by,
    note,
    psp_ticket
from steps
order by done_at, source, number
