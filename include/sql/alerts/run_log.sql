-- What does the billing gateway's log say of a published run?
--
-- Grain:   one row, or none when the run is not published. Divergence is that of the account, per
--          currency in minor units, each event once.
-- Binds:   run_number (bigint).
select
    accounts.psp as provider,
    accounts.account,
    runs.run_id,
    runs.window_start,
    runs.window_end,
    runs.verdict,
    runs.matched,
    runs.pending,
    runs.discrepancies,
    (
        select coalesce(jsonb_object_agg(currency, exposure_minor), '{}')
        from internal.run_divergences
        where run_divergences.run_number = runs.run_number
    ) as divergence,
    runs.trigger,
    attempts.requested_by,
    attempts.request_note,
    runs.verdict_reasons,
    runs.supersedes_run_id,
    runs.late_statement_lines,
    runs.late_ledger_transactions
from internal.runs
inner join internal.accounts on runs.account_id = accounts.account_id
inner join internal.attempts on runs.attempt_id = attempts.attempt_id
where runs.run_number = %(run_number)s and runs.is_published and not runs.dry_run
