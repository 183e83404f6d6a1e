-- Puts a run of the bank account at the head of its chain, as one that has covered every day.
--
-- Grain:   one row, the run's number.
-- Binds:   account_id (integer), attempt_id (bigint).
with

made as (

    insert into internal.runs (
        run_id, account_id, attempt_id, window_start, window_end, as_of, trigger, dry_run, verdict, is_published,
        statement_lines, ledger_transactions, matched, pending, discrepancies, covered_until, extract_sha256,
        rules_sha256, code_version, started_at
    )
    values (
        repeat('b', 64), %(account_id)s, %(attempt_id)s, '2026-03-01', '2026-03-08', '2026-03-08', 'command', false,
        'reconciled', true, 0, 0, 0, 0, 0, '2026-03-08', '', '', '', '2026-03-08'
    )
    returning run_number, run_id

)

insert into internal.heads (account_id, run_number, run_id, fencing_token, as_of, watermark)
select
    %(account_id)s,
    run_number,
    run_id,
    1,
    '2026-03-08',
    '2026-03-08'
from made
on conflict (account_id) do update set run_number = excluded.run_number, run_id = excluded.run_id
returning run_number;
