-- What was this attempt's run: who, which window, from what, with which verdict?
--
-- Grain:   one row, or none before publish_run has stored the run.
-- Binds:   attempt_id (bigint).
select
    runs.run_id,
    runs.run_number,
    accounts.psp,
    accounts.account,
    runs.window_start,
    runs.window_end,
    runs.as_of,
    runs.covered_until,
    runs.predecessor_run_id,
    runs.supersedes_run_id,
    runs.trigger,
    -- Of the attempt that made the run: a repeat by another attempt is the same report.
    makers.requested_by,
    makers.request_note,
    makers.reprocess_from,
    makers.reprocess_to,
    makers.rules,
    runs.dry_run,
    runs.is_published,
    runs.verdict,
    runs.verdict_reasons,
    runs.statement_lines,
    runs.ledger_transactions,
    runs.matched,
    runs.pending,
    runs.discrepancies,
    runs.late_statement_lines,
    runs.late_ledger_transactions,
    runs.extract_sha256,
    runs.rules_sha256,
    runs.code_version,
    runs.log_sequence_number,
    runs.log_sha256,
    runs.attempt_id as maker_attempt_id,
    -- Of this attempt: it changes nothing of the run.
    attempts.report_language,
    predecessor_manifests.content_sha256 as predecessor_manifest_sha256
from internal.attempts
inner join internal.runs
    on coalesce(attempts.published_run_id, attempts.run_id) = runs.run_id
inner join internal.accounts on runs.account_id = accounts.account_id
inner join internal.attempts as makers on runs.attempt_id = makers.attempt_id
left join internal.run_files as predecessor_manifests
    on
        runs.predecessor_run_id = predecessor_manifests.run_id
        and predecessor_manifests.name = 'manifest.json'
where attempts.attempt_id = %(attempt_id)s
