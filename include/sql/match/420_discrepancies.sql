-- The discrepancies as this run leaves them: open ones with what changed, and the resolved.
--
-- Grain:   one row per discrepancy.
-- Binds:   account_id (integer), leg, run_id (text), head_run_number (bigint), kinds (jsonb).
create table work_discrepancies as
with

open_at_head as (

    select *
    from internal.discrepancy_versions
    where run_number = %(head_run_number)s and leg = %(leg)s and change <> 'resolved'

),

earlier as (

    select
        discrepancy_versions.discrepancy_id,
        max(discrepancy_versions.episode) as episode,
        (array_agg(discrepancy_versions.first_run_id order by discrepancy_versions.run_number))[1] as first_run_id
    from work_finding_ids
    inner join internal.discrepancy_versions
        on work_finding_ids.discrepancy_id = discrepancy_versions.discrepancy_id
    -- What a dry run or a refused one saw has opened nothing.
    inner join internal.runs on discrepancy_versions.run_number = runs.run_number and runs.is_published
    group by discrepancy_versions.discrepancy_id

),

finding_keys as (

    select
        discrepancy_id,
        slot,
        unnest(member_keys) as member_key
    from work_finding_ids

),

merged as (

    select
        open_at_head.discrepancy_id,
        min(finding_keys.discrepancy_id) as merged_into
    from open_at_head
    inner join internal.discrepancy_identities as identities
        on
            open_at_head.discrepancy_id = identities.discrepancy_id
            and identities.account_id = %(account_id)s
            and identities.leg = %(leg)s
    inner join finding_keys
        on
            identities.aspect = finding_keys.slot
            and identities.member_key = finding_keys.member_key
    group by open_at_head.discrepancy_id

),

corrected as (

    select
        discrepancy_id,
        currency,
        sum(amount_minor)::bigint as amount_minor
    from work_correction_states
    where state = 'waiting'
    group by discrepancy_id, currency

),

-- What an entry on its way to the ledger offsets is no difference any more, and not resolved either.
described as (

    select
        told.discrepancy_id,
        told.slot,
        told.member_keys,
        told.kind,
        told.currency,
        told.statement_minor,
        told.ledger_minor,
        told.delta_minor - coalesce(corrected.amount_minor, 0) as delta_minor,
        case
            when coalesce(corrected.amount_minor, 0) = 0 then told.exposure_minor
            else abs(told.delta_minor - corrected.amount_minor)
        end as exposure_minor,
        told.payment_key,
        told.due_at,
        told.due_on,
        told.psp_reference,
        told.merchant_reference,
        told.occurred_at,
        told.statement_file,
        told.statement_row,
        told.event_id,
        coalesce(corrected.amount_minor, 0) <> 0
        and told.delta_minor = corrected.amount_minor as is_in_correction,
        told.explanation
        || case
            when coalesce(corrected.amount_minor, 0) <> 0
                then '; ' || internal.money_text(corrected.amount_minor, told.currency)
                    || ' of it is corrected, and waits for the ledger'
            else ''
        end as explanation
    from work_told_findings as told
    left join corrected
        on told.discrepancy_id = corrected.discrepancy_id and told.currency = corrected.currency

)

select
    described.discrepancy_id,
    coalesce(carried.event_id, described.event_id) as event_id,
    %(account_id)s::integer as account_id,
    %(leg)s::text as leg,
    %(leg)s::text as shown_under,
    %(kinds)s::jsonb -> described.kind ->> 'aspect' as aspect,
    described.slot,
    described.kind,
    case
        when open_at_head.discrepancy_id is null and earlier.discrepancy_id is null then 'new'
        when open_at_head.discrepancy_id is null then 'reopened'
        when
            (
                open_at_head.kind, open_at_head.currency, open_at_head.statement_minor,
                open_at_head.ledger_minor, open_at_head.delta_minor, open_at_head.exposure_minor
            ) is not distinct from (
                described.kind, described.currency, described.statement_minor,
                described.ledger_minor, described.delta_minor, described.exposure_minor
            )
            then 'persisting'
        else 'restated'
    end as change,
    case
        when described.is_in_correction then 'in_correction'
        else coalesce(work_statuses.status, 'open')
    end as status,
    case
        when open_at_head.discrepancy_id is not null then open_at_head.episode
        else coalesce(earlier.episode, 0) + 1
    end as episode,
    %(kinds)s::jsonb -> described.kind ->> 'severity' as severity,
    described.currency,
    described.statement_minor,
    described.ledger_minor,
    described.delta_minor,
    described.exposure_minor,
    coalesce(described.psp_reference, carried.psp_reference) as psp_reference,
    coalesce(described.merchant_reference, carried.merchant_reference) as merchant_reference,
    coalesce(described.occurred_at, carried.occurred_at) as occurred_at,
    described.due_at,
    described.due_on,
    coalesce(earlier.first_run_id, %(run_id)s::text) as first_run_id,
    described.explanation,
    described.statement_file,
    described.statement_row,
    described.payment_key,
    described.member_keys
from described
left join open_at_head on described.discrepancy_id = open_at_head.discrepancy_id
left join open_at_head as carried
    on described.discrepancy_id = carried.discrepancy_id and described.kind = 'ledger_changed'
left join earlier on described.discrepancy_id = earlier.discrepancy_id
left join work_statuses
    on
        described.discrepancy_id = work_statuses.discrepancy_id
        and open_at_head.episode = work_statuses.episode
        and (described.kind, described.currency, described.delta_minor)
        is not distinct from (work_statuses.kind, work_statuses.currency, work_statuses.delta_minor)
union all
select
    open_at_head.discrepancy_id,
    open_at_head.event_id,
    open_at_head.account_id,
    open_at_head.leg,
    open_at_head.shown_under,
    open_at_head.aspect,
    null,
    open_at_head.kind,
    'resolved',
    'closed',
    open_at_head.episode,
    open_at_head.severity,
    open_at_head.currency,
    open_at_head.statement_minor,
    open_at_head.ledger_minor,
    open_at_head.delta_minor,
    open_at_head.exposure_minor,
    open_at_head.psp_reference,
    open_at_head.merchant_reference,
    open_at_head.occurred_at,
    open_at_head.due_at,
    open_at_head.due_on,
    open_at_head.first_run_id,
    coalesce('merged into ' || merged.merged_into, open_at_head.explanation),
    open_at_head.statement_file,
    open_at_head.statement_row,
    open_at_head.payment_key,
    null
from open_at_head
left join work_finding_ids as same on open_at_head.discrepancy_id = same.discrepancy_id
left join merged on open_at_head.discrepancy_id = merged.discrepancy_id
where
    same.discrepancy_id is null
    and not exists (
        select from work_correction_states
        where
            work_correction_states.told_in = open_at_head.discrepancy_id
            and work_correction_states.state = 'not_posted'
    );
