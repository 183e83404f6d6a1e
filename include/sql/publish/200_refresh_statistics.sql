-- Lets the planner know of a run that brought much.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint), rows_from (integer: how many new rows are worth it).
select internal.refresh_statistics(
    date_trunc('month', runs.published_at at time zone 'UTC')::date,
    runs.statement_lines + runs.ledger_transactions
)
from internal.attempts
inner join internal.runs on attempts.published_run_id = runs.run_id
where
    attempts.attempt_id = %(attempt_id)s
    and runs.statement_lines + runs.ledger_transactions >= %(rows_from)s;
