-- Which discrepancies did a published run open or resolve? Each is added to the outbox, once.
--
-- Grain:   no rows; adds one row per discrepancy that is new, came back, or is resolved.
-- Binds:   run_number (bigint).
with

changes as (

    select
        discrepancy_versions.*,
        accounts.psp,
        accounts.account,
        runs.run_id,
        runs.published_at,
        case
            when discrepancy_versions.change = 'resolved' then 'discrepancy_resolved' else 'discrepancy_opened'
        end as type
    from internal.runs
    inner join internal.accounts on runs.account_id = accounts.account_id
    inner join internal.discrepancy_versions on runs.run_number = discrepancy_versions.run_number
    where
        runs.run_number = %(run_number)s
        and runs.is_published
        and discrepancy_versions.change in ('new', 'reopened', 'resolved')

)

insert into internal.outbox (kind, dedupe_key, payload)
select
    'event',
    'event:' || type || ':' || discrepancy_id || ':' || run_id,
    jsonb_build_object(
        'id', type || ':' || discrepancy_id || ':' || run_id,
        'type', type,
        'psp', psp,
        'account', account,
        'time', to_char(published_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'data', jsonb_build_object(
            'discrepancy_id', discrepancy_id,
            'episode', episode,
            'change', change,
            'status', status,
            'event_id', event_id,
            'leg', leg,
            'shown_under', shown_under,
            'aspect', aspect,
            'kind', kind,
            'severity', severity,
            'currency', currency,
            'delta_minor', delta_minor,
            'exposure_minor', exposure_minor,
            'psp_reference', psp_reference,
            'merchant_reference', merchant_reference,
            'run_id', run_id,
            'run_number', run_number
        )
    )
from changes
order by discrepancy_id
on conflict (dedupe_key) do nothing
