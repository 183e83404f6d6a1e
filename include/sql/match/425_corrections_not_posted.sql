-- Adds a discrepancy for each entry that the ledger has not posted, and that offsets nothing.
--
-- Grain:   one row per such correction.
-- Binds:   account_id (integer), leg, run_id (text), head_run_number (bigint), kinds (jsonb).
insert into work_discrepancies (
    discrepancy_id, event_id, account_id, leg, shown_under, aspect, slot, kind, change, status, episode,
    severity, currency, statement_minor, ledger_minor, delta_minor, exposure_minor, psp_reference,
    merchant_reference, occurred_at, due_at, due_on, first_run_id, explanation, payment_key, member_keys
)
select
    states.told_in,
    corrected.event_id,
    %(account_id)s,
    %(leg)s,
    %(leg)s,
    'existence',
    'correction',
    'correction_not_posted',
    case
        when at_head.discrepancy_id is not null then 'persisting'
        when earlier.discrepancy_id is not null then 'reopened'
        else 'new'
    end,
    coalesce(work_statuses.status, 'open'),
    case when at_head.discrepancy_id is not null then at_head.episode else coalesce(earlier.episode, 0) + 1 end,
    %(kinds)s::jsonb -> 'correction_not_posted' ->> 'severity',
    states.currency,
    null,
    states.amount_minor,
    -states.amount_minor,
    abs(states.amount_minor),
    corrected.psp_reference,
    corrected.merchant_reference,
    corrected.occurred_at,
    null,
    states.post_by,
    coalesce(earlier.first_run_id, %(run_id)s),
    'correction ' || left(states.request_id, 12) || ' of '
    || internal.money_text(states.amount_minor, states.currency)
    || case
        when found.discrepancy_id is null
            then ': the ledger has not posted it, and what it corrects is not open any more'
        else ': the ledger has not posted it by ' || states.post_by
    end,
    corrected.payment_key,
    array['correction' || chr(31) || states.request_id]
from work_correction_states as states
cross join lateral (
    select versions.*
    from internal.discrepancy_versions as versions
    where versions.discrepancy_id = states.discrepancy_id
    order by versions.run_number desc
    limit 1
) as corrected
left join (select distinct discrepancy_id from work_finding_ids) as found
    on states.discrepancy_id = found.discrepancy_id
left join internal.discrepancy_versions as at_head
    on
        states.told_in = at_head.discrepancy_id
        and at_head.run_number = %(head_run_number)s
        and at_head.change <> 'resolved'
left join lateral (
    select
        versions.discrepancy_id,
        max(versions.episode) as episode,
        (array_agg(versions.first_run_id order by versions.run_number))[1] as first_run_id
    from internal.discrepancy_versions as versions
    inner join internal.runs on versions.run_number = runs.run_number and runs.is_published
    where versions.discrepancy_id = states.told_in
    group by versions.discrepancy_id
) as earlier on true
left join work_statuses
    on
        states.told_in = work_statuses.discrepancy_id
        and at_head.episode = work_statuses.episode
        and work_statuses.kind = 'correction_not_posted'
        and states.currency = work_statuses.currency
        and -states.amount_minor = work_statuses.delta_minor
where states.state = 'not_posted';
