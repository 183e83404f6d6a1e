-- What does the billing gateway keep of a run? Runs in the gateway's own database.
--
-- Grain:   no rows; adds one row per run_id, and nothing when it is there.
-- Binds:   provider, account, run_id, verdict, notes (text), window_start, window_end (timestamptz),
--          matched, pending, discrepancies (bigint), divergence (jsonb).
insert into payment_reconciliation_logs (
    provider, account, run_id, window_start, window_end, verdict,
    matched, pending, discrepancies, divergence, notes
)
values (
    %(provider)s, %(account)s, %(run_id)s, %(window_start)s, %(window_end)s, %(verdict)s,
    %(matched)s, %(pending)s, %(discrepancies)s, %(divergence)s, %(notes)s
)
on conflict (run_id) do nothing
