-- With what did this run's predecessor close: the terms that every run carries on?
--
-- Grain:   one row per leg, currency and measure; fees and taxes are of each run alone.
-- Binds:   predecessor_run_id (text, NULL for a first run).
select
    run_totals.leg,
    run_totals.currency,
    run_totals.measure,
    run_totals.statement_minor,
    run_totals.ledger_minor,
    run_totals.tolerance_minor,
    run_totals.not_expected_statement_minor,
    run_totals.not_expected_ledger_minor,
    run_totals.corrections_minor,
    run_totals.not_comparable_minor
from internal.runs
inner join internal.run_totals on runs.run_number = run_totals.run_number
where runs.run_id = %(predecessor_run_id)s and run_totals.measure = 'gross'
order by run_totals.leg, run_totals.measure, run_totals.currency
