-- What do other systems hear of a published run? Added to the outbox, once.
--
-- Grain:   no rows; adds one row, and none when it is there or the run is not published.
-- Binds:   run_number (bigint).
insert into internal.outbox (kind, dedupe_key, payload)
select
    'event',
    'event:run_published:' || runs.run_id,
    jsonb_build_object(
        'id', 'run_published:' || runs.run_id,
        'type', 'run_published',
        'psp', accounts.psp,
        'account', accounts.account,
        'time', to_char(runs.published_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'data', jsonb_build_object(
            'run_id', runs.run_id,
            'run_number', runs.run_number,
            'predecessor_run_id', runs.predecessor_run_id,
            'supersedes_run_id', runs.supersedes_run_id,
            'trigger', runs.trigger,
            'window_start', to_char(runs.window_start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'window_end', to_char(runs.window_end, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'as_of', to_char(runs.as_of, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'verdict', runs.verdict,
            'matched', runs.matched,
            'pending', runs.pending,
            'discrepancies', runs.discrepancies,
            'divergence', (
                select
                    coalesce(
                        jsonb_agg(
                            jsonb_build_object('amount_minor', exposure_minor, 'currency', currency)
                            order by currency
                        ),
                        '[]'
                    )
                from internal.run_divergences
                where run_divergences.run_number = runs.run_number
            )
        )
    )
from internal.runs
inner join internal.accounts on runs.account_id = accounts.account_id
where runs.run_number = %(run_number)s and runs.is_published
on conflict (dedupe_key) do nothing
