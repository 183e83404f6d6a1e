-- The public views: what finance tools and tests may rely on. Nothing unpublished shows here.
create view reconciliation.runs as
select
    runs.run_id,
    accounts.psp,
    accounts.account,
    runs.window_start,
    runs.window_end,
    runs.as_of,
    runs.predecessor_run_id,
    runs.supersedes_run_id,
    runs.trigger,
    runs.dry_run,
    runs.verdict,
    coalesce(heads.run_number = runs.run_number, false) as is_head,
    runs.statement_lines,
    runs.ledger_transactions,
    runs.matched,
    runs.pending,
    runs.discrepancies,
    runs.started_at,
    runs.published_at,
    runs.verdict_reasons,
    runs.is_published,
    runs.covered_until,
    runs.late_statement_lines,
    runs.late_ledger_transactions,
    runs.code_version,
    runs.rules_sha256
from internal.runs
inner join internal.accounts on runs.account_id = accounts.account_id
left join internal.heads on runs.account_id = heads.account_id;

comment on view reconciliation.runs is 'One row per run, the newest of each account''s chain being its head.';

create view reconciliation.run_totals as
select
    runs.run_id,
    accounts.psp,
    accounts.account,
    run_totals.leg,
    run_totals.currency,
    run_totals.measure,
    run_totals.statement_minor,
    run_totals.ledger_minor,
    run_totals.existence_minor,
    run_totals.multiplicity_minor,
    run_totals.amount_minor,
    run_totals.fee_minor,
    run_totals.currency_minor,
    run_totals.state_minor,
    run_totals.pending_statement_minor,
    run_totals.pending_ledger_minor,
    run_totals.tolerance_minor,
    run_totals.not_expected_statement_minor,
    run_totals.not_expected_ledger_minor,
    run_totals.corrections_minor,
    run_totals.not_comparable_minor,
    run_totals.residual_minor,
    statement_roll.opening_rows as statement_opening_rows,
    statement_roll.opening_minor as statement_opening_minor,
    statement_roll.new_rows as statement_new_rows,
    statement_roll.new_minor as statement_new_minor,
    statement_roll.reopened_rows as statement_reopened_rows,
    statement_roll.reopened_minor as statement_reopened_minor,
    statement_roll.cleared_rows as statement_cleared_rows,
    statement_roll.cleared_minor as statement_cleared_minor,
    statement_roll.restated_rows as statement_restated_rows,
    statement_roll.restated_minor as statement_restated_minor,
    statement_roll.closing_rows as statement_closing_rows,
    statement_roll.closing_minor as statement_closing_minor,
    ledger_roll.opening_rows as ledger_opening_rows,
    ledger_roll.opening_minor as ledger_opening_minor,
    ledger_roll.new_rows as ledger_new_rows,
    ledger_roll.new_minor as ledger_new_minor,
    ledger_roll.reopened_rows as ledger_reopened_rows,
    ledger_roll.reopened_minor as ledger_reopened_minor,
    ledger_roll.cleared_rows as ledger_cleared_rows,
    ledger_roll.cleared_minor as ledger_cleared_minor,
    ledger_roll.restated_rows as ledger_restated_rows,
    ledger_roll.restated_minor as ledger_restated_minor,
    ledger_roll.closing_rows as ledger_closing_rows,
    ledger_roll.closing_minor as ledger_closing_minor
from internal.run_totals
inner join internal.runs on run_totals.run_number = runs.run_number
inner join internal.accounts on runs.account_id = accounts.account_id
left join internal.run_rolls as statement_roll
    on
        run_totals.run_number = statement_roll.run_number
        and run_totals.leg = statement_roll.leg
        and run_totals.currency = statement_roll.currency
        and statement_roll.side = 'statement'
        and run_totals.measure = 'gross'
left join internal.run_rolls as ledger_roll
    on
        run_totals.run_number = ledger_roll.run_number
        and run_totals.leg = ledger_roll.leg
        and run_totals.currency = ledger_roll.currency
        and ledger_roll.side = 'ledger'
        and run_totals.measure = 'gross';

comment on view reconciliation.run_totals is 'Per run, leg, currency and measure: each term of the identity, the residual, and (on gross) the roll-forward.';

create view reconciliation.discrepancy_history as
select
    discrepancy_versions.discrepancy_id,
    discrepancy_versions.event_id,
    accounts.psp,
    accounts.account,
    discrepancy_versions.leg,
    discrepancy_versions.aspect,
    discrepancy_versions.kind,
    discrepancy_versions.change,
    discrepancy_versions.status,
    discrepancy_versions.episode,
    discrepancy_versions.severity,
    discrepancy_versions.currency,
    discrepancy_versions.statement_minor,
    discrepancy_versions.ledger_minor,
    discrepancy_versions.delta_minor,
    discrepancy_versions.exposure_minor,
    discrepancy_versions.psp_reference,
    discrepancy_versions.merchant_reference,
    discrepancy_versions.occurred_at,
    discrepancy_versions.due_at,
    discrepancy_versions.due_on,
    discrepancy_versions.first_run_id,
    runs.run_id,
    discrepancy_versions.explanation,
    discrepancy_versions.statement_file,
    discrepancy_versions.statement_row
from internal.discrepancy_versions
inner join internal.runs on discrepancy_versions.run_number = runs.run_number
inner join internal.accounts on discrepancy_versions.account_id = accounts.account_id;

comment on view reconciliation.discrepancy_history is 'Every discrepancy as it stood in every run; one row per run and discrepancy.';

create view reconciliation.discrepancies as
select discrepancy_history.*
from reconciliation.discrepancy_history
inner join internal.heads on discrepancy_history.run_id = heads.run_id;

comment on view reconciliation.discrepancies is 'What is open at the heads, and what the heads resolved.';

create view reconciliation.matches as
select
    match_members.match_id,
    accounts.psp,
    accounts.account,
    match_members.leg,
    match_rules.rule,
    match_rules.rule_version,
    coalesce(max(match_members.absorbed_minor), 0) as absorbed_minor,
    bool_and(match_members.is_proved) as is_proved,
    count(match_members.statement_item_id) as statement_lines,
    count(match_members.ledger_item_id) as ledger_transactions,
    runs.run_id as first_run_id
from internal.match_members
inner join internal.match_rules on match_members.rule_number = match_rules.rule_number
inner join internal.runs on match_members.first_run_number = runs.run_number
inner join internal.accounts on runs.account_id = accounts.account_id
group by
    match_members.match_id, accounts.psp, accounts.account, match_members.leg, match_rules.rule,
    match_rules.rule_version, runs.run_id;

comment on view reconciliation.matches is 'Matches in force, one row each, with the rule that made them.';

create view reconciliation.statements as
select
    accounts.psp,
    accounts.account,
    statements.statement_key,
    statements.state,
    statements.reason_code,
    statements.quarantine_reason,
    statements.notices,
    statements.format,
    statements.proved_by,
    deliveries.name as statement_file,
    deliveries.content_sha256,
    statements.lines,
    statements.covers_from,
    statements.covers_to,
    statements.covers_until,
    deliveries.received_at,
    deliveries.times_seen,
    runs.run_id as first_run_id,
    statements.statement_id
from internal.statements
inner join internal.accounts on statements.account_id = accounts.account_id
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
left join internal.runs on statements.first_run_number = runs.run_number
where statements.state <> 'accepted';

comment on view reconciliation.statements is 'Statements in force and superseded, and those that were refused with the reason.';

create view reconciliation.statement_lines as
select
    statement_lines.item_id,
    accounts.psp,
    accounts.account,
    statements.statement_key,
    deliveries.name as statement_file,
    statement_lines.row_number as statement_row,
    statement_lines.line_key,
    statement_lines.occurrence,
    statement_lines.provider_type,
    statement_lines.type,
    statement_lines.is_expected,
    statement_lines.psp_reference,
    statement_lines.event_reference,
    statement_lines.merchant_reference,
    statement_lines.payout_reference,
    statement_lines.further_references,
    statement_lines.gross_minor,
    statement_lines.gross_currency,
    statement_lines.fee_minor,
    statement_lines.tax_minor,
    statement_lines.net_minor,
    statement_lines.net_currency,
    statement_lines.booked_at,
    statement_lines.booked_on,
    statement_lines.source_zone,
    statement_lines.value_date,
    statement_lines.last_run_number is null as is_in_force,
    first_runs.run_id as first_run_id,
    last_runs.run_id as last_run_id,
    match_members.match_id
from internal.statement_lines
inner join internal.accounts on statement_lines.account_id = accounts.account_id
inner join internal.statements on statement_lines.statement_id = statements.statement_id
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
inner join internal.runs as first_runs on statement_lines.first_run_number = first_runs.run_number
left join internal.runs as last_runs on statement_lines.last_run_number = last_runs.run_number
left join internal.match_members
    on
        statement_lines.item_id = match_members.statement_item_id
        and match_members.leg = 'ledger_statement';

comment on view reconciliation.statement_lines is 'Statement lines in all their versions, with file, row and match.';

create view reconciliation.pending_items as
select
    accounts.psp,
    accounts.account,
    open_items.leg,
    open_items.side,
    open_items.reason,
    open_items.currency,
    open_items.amount_minor,
    open_items.due_at,
    open_items.due_on,
    coalesce(statement_lines.type, ledger_transactions.type) as type,
    coalesce(statement_lines.psp_reference, ledger_transactions.psp_reference) as psp_reference,
    coalesce(statement_lines.event_reference, ledger_transactions.event_reference) as event_reference,
    coalesce(statement_lines.merchant_reference, ledger_transactions.merchant_reference) as merchant_reference,
    coalesce(statement_lines.booked_at, ledger_transactions.occurred_at) as occurred_at,
    ledger_transactions.ledger_id,
    deliveries.name as statement_file,
    statement_lines.row_number as statement_row,
    runs.run_id as first_run_id
from internal.open_items
inner join internal.accounts on open_items.account_id = accounts.account_id
inner join internal.runs on open_items.opened_run_number = runs.run_number
left join internal.statement_lines
    on open_items.item_id = statement_lines.item_id and open_items.side = 'statement'
left join internal.statements on statement_lines.statement_id = statements.statement_id
left join internal.deliveries on statements.delivery_id = deliveries.delivery_id
left join internal.ledger_transactions
    on open_items.item_id = ledger_transactions.item_id and open_items.side = 'ledger'
where open_items.bucket = 'pending';

comment on view reconciliation.pending_items is 'What is not matched yet and not due yet, on both sides, with the reason and the day on which it becomes a discrepancy.';

create view reconciliation.alerts as
select * from internal.alerts;

comment on view reconciliation.alerts is 'Alerts, open and closed; one row per cause.';

create view reconciliation.pauses as
select
    pauses.pause_id,
    pauses.psp,
    pauses.account,
    pauses.event,
    pauses.paused_by,
    pauses.reason,
    pauses.since,
    pauses.until,
    pauses.requested_by,
    pauses.exposure,
    pauses.seen_at
from internal.pauses;

comment on view reconciliation.pauses is 'Changes of pauses that runs saw, and the runs that they made skip.';
