-- What did the account's runs bring after one run, up to and with another?
--
-- Grain:   one row.
-- Binds:   account_id (integer), before, after (bigint: run numbers).
with

runs_between as (

    select
        runs.*,
        lag(runs.rules_sha256) over (order by runs.run_number) as earlier_rules_sha256,
        lag(runs.code_version) over (order by runs.run_number) as earlier_code_version,
        attempts.reprocess_from is not null as is_reprocess
    from internal.runs
    inner join internal.attempts on runs.attempt_id = attempts.attempt_id
    where
        runs.account_id = %(account_id)s
        and runs.is_published
        and runs.run_number between %(before)s and %(after)s

)

select
    count(*) as runs,
    coalesce(sum(statement_lines), 0)::bigint as statement_lines,
    coalesce(sum(late_statement_lines), 0)::bigint as late_statement_lines,
    coalesce(sum(ledger_transactions), 0)::bigint as ledger_transactions,
    coalesce(sum(late_ledger_transactions), 0)::bigint as late_ledger_transactions,
    coalesce(sum(matched), 0)::bigint as matched,
    count(*) filter (where is_reprocess) as reprocessing_runs,
    count(*) filter (where rules_sha256 <> earlier_rules_sha256) as rule_changes,
    count(*) filter (where code_version <> earlier_code_version) as code_changes
from runs_between
where run_number > %(before)s
