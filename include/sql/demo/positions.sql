-- Where does each account stand at its head, per currency: matched and pending?
--
-- Grain:   one row per account and currency that has a line, a ledger row or a pending item on
--          ledger_statement.
-- Reason:  what is pending is a term of the proof: statement less ledger, without rows that lie after the
--          window. Those are counted apart, so that the amount is the one on the control page.
with

matched as (

    select
        psp,
        account,
        gross_currency as currency,
        count(*) as matched_lines
    from reconciliation.statement_lines
    where is_in_force and match_id is not null
    group by psp, account, gross_currency

),

pending as (

    select
        psp,
        account,
        currency,
        count(*) filter (where reason <> 'after_the_window') as pending_rows,
        count(*) filter (where reason = 'after_the_window') as later_rows
    from reconciliation.pending_items
    where leg = 'ledger_statement'
    group by psp, account, currency

)

select
    runs.psp,
    runs.account,
    runs.verdict,
    run_totals.currency,
    coalesce(matched.matched_lines, 0) as matched_lines,
    coalesce(pending.pending_rows, 0) as pending_rows,
    run_totals.pending_statement_minor - run_totals.pending_ledger_minor as pending_minor,
    coalesce(pending.later_rows, 0) as later_rows,
    run_totals.residual_minor
from reconciliation.runs
inner join reconciliation.run_totals on runs.run_id = run_totals.run_id and run_totals.measure = 'gross'
    and run_totals.leg = 'ledger_statement'
left join matched
    on
        runs.psp = matched.psp
        and runs.account = matched.account
        and run_totals.currency = matched.currency
left join pending
    on
        runs.psp = pending.psp
        and runs.account = pending.account
        and run_totals.currency = pending.currency
where runs.is_head
order by runs.psp, runs.account, run_totals.currency
