-- How much drift did this run find, per currency? Kept once per run.
--
-- Grain:   no rows; adds one row per currency.
-- Binds:   run_id, scope (text), drifts (jsonb: one object per currency), measured_at (timestamptz).
insert into balance_drifts (run_id, scope, currency, wallets, wallets_drifting, drift_minor, measured_at)
select
    %(run_id)s,
    %(scope)s,
    found.currency,
    found.wallets,
    found.wallets_drifting,
    found.drift_minor,
    %(measured_at)s
from jsonb_to_recordset(%(drifts)s) as found (
    currency text, wallets bigint, wallets_drifting bigint, drift_minor bigint
)
order by found.currency
on conflict (run_id, currency) do nothing
