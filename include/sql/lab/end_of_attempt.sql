-- How has an attempt ended that ran to its end?
--
-- Grain:   one row: its verdict, the lines of its account that are let in, what the head reports, the
--          reason for which the statement of this attempt was refused (NULL if none was), and the
--          identities that do not hold.
-- Binds:   attempt_id (bigint).
select
    runs.verdict,
    (
        select count(*) from internal.statement_lines
        where statement_lines.account_id = runs.account_id
    ) as lines,
    (
        select count(*) from reconciliation.discrepancies
        where
            (discrepancies.psp, discrepancies.account) = (accounts.psp, accounts.account)
            and discrepancies.kind = 'missing_in_statement' and discrepancies.change <> 'resolved'
    ) as missing_in_statement,
    (
        select count(distinct discrepancies.event_id) from reconciliation.discrepancies
        where
            (discrepancies.psp, discrepancies.account) = (accounts.psp, accounts.account)
            and discrepancies.kind = 'statement_gap' and discrepancies.change <> 'resolved'
    ) as gaps,
    (
        select max(statements.reason_code) from internal.statements
        where
            statements.attempt_id = runs.attempt_id
            -- One that could not be named is corrected as soon as the coverage goes on.
            and statements.state in ('quarantined', 'corrected')
    ) as refused_as,
    (
        select count(*) from internal.run_totals
        where run_totals.run_number = runs.run_number and run_totals.residual_minor <> 0
    ) as residuals
from internal.runs
inner join internal.accounts on runs.account_id = accounts.account_id
where runs.attempt_id = %(attempt_id)s
