-- Who may do what. The application owns nothing that it writes; finance tools see the views alone.
grant usage on schema internal, reconciliation to reconciliation_rw;
grant usage on schema reconciliation to reconciliation_ro;

grant select on all tables in schema reconciliation to reconciliation_rw, reconciliation_ro;
grant select on all tables in schema internal to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;

grant insert on
internal.accounts, internal.attempts, internal.heads, internal.deliveries, internal.statements,
internal.statement_control_totals, internal.statement_lines, internal.ledger_transactions,
internal.match_rules, internal.match_members, internal.dissolved_match_members, internal.open_items,
internal.runs, internal.run_totals, internal.run_rolls, internal.run_buckets,
internal.run_not_compared, internal.run_inputs, internal.discrepancy_versions,
internal.discrepancy_identities, internal.run_files, internal.pauses, internal.alerts, internal.outbox
to reconciliation_rw;

-- What has a life of its own may change; a published figure may not.
grant update on
internal.attempts, internal.heads, internal.deliveries, internal.statements,
internal.open_items, internal.alerts, internal.outbox
to reconciliation_rw;
grant update (last_run_number) on
internal.statement_lines, internal.ledger_transactions
to reconciliation_rw;
grant delete on internal.match_members, internal.open_items to reconciliation_rw;

grant execute on function
internal.open_workspace, internal.drop_workspace, internal.ensure_volume, internal.refresh_statistics
to reconciliation_rw;
grant update (payment_key) on internal.ledger_transactions to reconciliation_rw;
