-- In which runs is an identity not exact?
--
-- Grain:   one row per run, leg, currency and measure whose residual is not 0; and one per run that is not
--          published, or has no identity although it read rows.
select
    runs.psp,
    runs.account,
    runs.window_end,
    run_totals.leg,
    run_totals.currency,
    run_totals.measure,
    run_totals.residual_minor
from reconciliation.runs
left join reconciliation.run_totals on runs.run_id = run_totals.run_id
where
    not runs.is_published
    or run_totals.residual_minor <> 0
    or (
        run_totals.residual_minor is null
        and (run_totals.run_id is not null or runs.statement_lines + runs.ledger_transactions > 0)
    )
order by runs.psp, runs.account, runs.window_end, run_totals.leg, run_totals.currency, run_totals.measure
