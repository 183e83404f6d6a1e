-- Which entries were made in a wallet since it was frozen?
--
-- Grain:    one row per entry.
-- Binds:    window_start, window_end (timestamptz) - half-open; when the entry was made.
-- Reads:    wallets, ledger_entries.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       Tell who froze the wallet; find out which path does not ask for its status.
-- Asked by: runbook 000, manual wallet freeze
-- Reason:   neither debits nor credits are allowed. What came before the freeze is rightly there.
select
    ledger_entries.id as object,
    ledger_entries.currency,
    ledger_entries.amount_minor,
    ledger_entries.created_at as occurred_at,
    'expected no entry in wallet ' || wallets.wallet_code || ', frozen since ' || wallets.frozen_at || ', found '
    || ledger_entries.entry_type as what
from ledger_entries
inner join wallets on ledger_entries.wallet_id = wallets.id
where
    wallets.wallet_status = 'FROZEN'
    and ledger_entries.created_at >= wallets.frozen_at
    and ledger_entries.created_at >= %(window_start)s
    and ledger_entries.created_at < %(window_end)s
order by ledger_entries.id
