-- What was this attempt asked to do, and how far has it come?
--
-- Grain:   one row.
-- Binds:   attempt_id (bigint).
select
    attempts.attempt_id,
    attempts.account_id,
    accounts.psp as psp_name,
    accounts.account,
    attempts.airflow_run_id,
    attempts.trigger,
    attempts.requested_by,
    attempts.window_start,
    attempts.window_end,
    attempts.as_of,
    attempts.reprocess_from,
    attempts.reprocess_to,
    attempts.dry_run,
    attempts.include_paused,
    attempts.code_version,
    attempts.rules_sha256,
    attempts.fetched_at,
    attempts.extract_sha256,
    attempts.predecessor_run_id,
    attempts.matched_against_token,
    attempts.run_id,
    attempts.verdict,
    attempts.published_run_id,
    attempts.state
from internal.attempts
inner join internal.accounts on attempts.account_id = accounts.account_id
where attempts.attempt_id = %(attempt_id)s;
