-- Which wallets were touched in the window, in the ledger or in their projection?
--
-- Grain:   one row per wallet.
-- Binds:   window_start, window_end (timestamptz) - half-open.
select wallet_id from transactions
where created_at >= %(window_start)s and created_at < %(window_end)s
union
select wallet_id from wallet_balances
where last_updated >= %(window_start)s and last_updated < %(window_end)s
