-- How many runs have failed, or died, since the last one that ended well?
--
-- Grain:   one row. Dry runs, runs for one wallet and runs that the emergency stop held say nothing.
-- Binds:   running (text) - the run that is going on, and has not failed.
select count(*) as failures
from internal.wallet_reconciliations
where
    not dry_run
    and scope <> 'one'
    and coalesce(outcome, 'died') in ('failed', 'died')
    and airflow_run_id is distinct from %(running)s
    and run_number > coalesce(
        (
            select max(good.run_number) from internal.wallet_reconciliations as good
            where not good.dry_run and good.scope <> 'one' and good.outcome = 'done'
        ),
        0
    )
