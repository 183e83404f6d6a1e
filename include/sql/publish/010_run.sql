-- Stores the run's header.
--
-- Grain:   one row, its run_number; none if the run is stored already.
-- Binds:   attempt_id (bigint), account_id (integer), is_published (boolean), verdict (text),
--          verdict_reasons (text[]), covered_until (timestamptz).
insert into internal.runs (
    run_id, account_id, attempt_id, window_start, window_end, as_of, predecessor_run_id,
    supersedes_run_id, trigger, dry_run, verdict, verdict_reasons, is_published, statement_lines,
    ledger_transactions, matched, pending, discrepancies, late_statement_lines,
    late_ledger_transactions, covered_until, extract_sha256, rules_sha256, code_version, started_at, log_sequence_number, log_sha256
)
select
    attempts.run_id,
    attempts.account_id,
    attempts.attempt_id,
    attempts.window_start,
    attempts.window_end,
    greatest(attempts.as_of, heads.as_of),
    attempts.predecessor_run_id,
    attempts.supersedes_run_id,
    attempts.trigger,
    attempts.dry_run,
    %(verdict)s,
    %(verdict_reasons)s,
    %(is_published)s,
    work_run_counts.statement_lines,
    work_run_counts.ledger_transactions,
    work_run_counts.matched,
    work_run_counts.pending,
    work_run_counts.discrepancies,
    work_run_counts.late_statement_lines,
    work_run_counts.late_ledger_transactions,
    %(covered_until)s,
    attempts.extract_sha256,
    attempts.rules_sha256,
    attempts.code_version,
    attempts.chosen_at,
    work_log_head.sequence_number,
    work_log_head.entry_sha256
from internal.attempts
cross join work_run_counts
cross join work_log_head
left join internal.heads on attempts.account_id = heads.account_id
where attempts.attempt_id = %(attempt_id)s
on conflict (run_id) do nothing
returning run_number;
