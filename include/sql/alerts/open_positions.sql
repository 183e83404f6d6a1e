-- What is open for a PSP, after the last published run of each account and after the one before?
--
-- Grain:   one row per position (1 is the heads, 2 the runs before them) and currency; the row
--          without a currency counts payments over all currencies. A position with nothing open
--          has no rows. An event counts once, with its largest exposure, under the
--          first leg that it breaks.
-- Binds:   psp (text), account_id (integer, null for all accounts of the PSP).
with

published as (

    select
        accounts.account_id,
        latest.run_number,
        row_number() over (
            partition by accounts.account_id order by latest.run_number desc
        ) as position
    from internal.accounts
    cross join lateral (
        select runs.run_number
        from internal.runs
        where runs.account_id = accounts.account_id and runs.is_published
        order by runs.run_number desc
        limit 2
    ) as latest
    where
        accounts.psp = %(psp)s
        and (%(account_id)s::integer is null or accounts.account_id = %(account_id)s::integer)

),

open_discrepancies as (

    select
        published.position,
        discrepancy_versions.account_id,
        discrepancy_versions.event_id,
        discrepancy_versions.currency,
        discrepancy_versions.exposure_minor,
        discrepancy_versions.leg = discrepancy_versions.shown_under as is_shown,
        coalesce(
            discrepancy_versions.payment_key,
            discrepancy_versions.psp_reference,
            discrepancy_versions.event_id
        ) as payment
    from published
    inner join internal.discrepancy_versions
        on published.run_number = discrepancy_versions.run_number
    where
        discrepancy_versions.status = 'open'
        and discrepancy_versions.change <> 'resolved'

),

events as (

    select
        position,
        account_id,
        event_id,
        currency,
        max(exposure_minor) as exposure_minor,
        count(*) filter (where is_shown) as discrepancies
    from open_discrepancies
    where currency is not null
    group by position, account_id, event_id, currency

),

payments as (

    select
        position,
        count(distinct (account_id, payment)) as payments
    from open_discrepancies
    group by position

)

select
    events.position,
    events.currency,
    currencies.exponent,
    coalesce(sum(events.exposure_minor), 0)::bigint as exposure_minor,
    sum(events.discrepancies)::bigint as discrepancies,
    null::bigint as payments
from events
inner join internal.currencies on events.currency = currencies.code
group by events.position, events.currency, currencies.exponent
union all
select
    position,
    null as currency,
    null as exponent,
    0 as exposure_minor,
    0 as discrepancies,
    payments
from payments
order by position, currency nulls last
