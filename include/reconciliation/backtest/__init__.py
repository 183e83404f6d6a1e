"""`bin/reconciliation backtest`: published history, decided again under other rules."""
