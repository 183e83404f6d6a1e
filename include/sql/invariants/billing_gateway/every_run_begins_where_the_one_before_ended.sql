-- Which runs of the log leave a gap to those before them, or look at something twice, at an account?
--
-- Grain:    one row per row of the log.
-- Binds:    none.
-- Reads:    payment_reconciliation_logs.
-- Severity: high
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: never
-- Do:       A gap: see in deliver_alerts whether the row still waits; if not, run the window that is missing. Looked
--           at twice: find out who made the row; a run of the pipeline begins where the last one ended.
-- Asked by: runbook 004, context (a run each hour) and investigation 1, whose BETWEEN counts midnight twice
--           (defect T3)
-- Reason:   windows are half-open: one ends where the next begins, to the microsecond. A run by hand or a backfill
--           may look again at what was looked at before; a scheduled one may decide its last window again, and never
--           only a part of one. That the last run is late is told by the delay of its PSP.
with

rows_in_order as (

    select
        id,
        run_id,
        provider,
        account,
        window_start,
        window_end,
        coalesce(notes, '') ~ '^run scheduled(;|$)' as is_scheduled,
        max(window_end) over earlier as covered_until,
        max(window_end) filter (where coalesce(notes, '') ~ '^run scheduled(;|$)') over earlier as scheduled_until
    from payment_reconciliation_logs
    window earlier as (
        partition by provider, account
        order by window_start, window_end, id
        rows between unbounded preceding and 1 preceding
    )

)

select
    run_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    window_start as occurred_at,
    provider || ' ' || account || ': expected to begin at '
    || case when window_start > covered_until then covered_until else scheduled_until end
    || ', found ' || window_start as what
from rows_in_order
where
    window_start > covered_until
    or (is_scheduled and window_start < scheduled_until and window_end > scheduled_until)
order by provider, account, window_start, id
