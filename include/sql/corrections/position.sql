-- How do the books of a leg and currency stand at the head, and how much of the PSP is at risk?
--
-- Grain:   one row, or none where the head has no such currency.
-- Binds:   account_id (integer), leg, currency, event_id, discrepancy_id (text),
--          exposure_minor (bigint: that of the discrepancy afterwards; NULL where it leaves the
--          divergence).
with

at_heads as (

    select
        versions.event_id,
        versions.discrepancy_id,
        versions.exposure_minor
    from internal.heads
    inner join internal.accounts on heads.account_id = accounts.account_id
    inner join internal.discrepancy_versions as versions on heads.run_number = versions.run_number
    where
        accounts.psp = (select psp from internal.accounts where account_id = %(account_id)s)
        and versions.currency = %(currency)s
        and versions.status = 'open'
        and versions.change <> 'resolved'

),

events as (

    select
        event_id,
        max(exposure_minor) as before_minor,
        max(
            case when discrepancy_id = %(discrepancy_id)s then %(exposure_minor)s else exposure_minor end
        ) as after_minor
    from at_heads
    group by event_id

)

select
    totals.statement_minor,
    totals.ledger_minor,
    totals.corrections_minor,
    totals.residual_minor,
    (select coalesce(sum(before_minor), 0)::bigint from events) as divergence_before_minor,
    (select coalesce(sum(after_minor), 0)::bigint from events) as divergence_after_minor
from internal.heads
inner join internal.run_totals as totals on heads.run_number = totals.run_number
where
    heads.account_id = %(account_id)s
    and totals.leg = %(leg)s
    and totals.currency = %(currency)s
    and totals.measure = 'gross'
