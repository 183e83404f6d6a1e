-- At which reference rate should each line in two currencies have been settled, and was it?
--
-- Grain:   one row per line of the pool whose gross and net are in two currencies.
-- Binds:   has_rates (boolean), tolerance_basis_points (integer).
-- Reason:  settled is net with fee and tax put back, so the rate is compared and nothing else. The rate
--          is the last one published on or before the line's day, a few days back at most. Nothing is
--          divided before it is compared; the bound is what its last decimal and half a minor unit leave open.
create unlogged table work_compared_rates as
with

lines as (

    select
        pool.item_id,
        pool.payment_key,
        pool.economic_type,
        pool.event_reference,
        pool.amount_minor as gross_minor,
        pool.currency as gross_currency,
        pool.net_minor + coalesce(pool.fee_minor, 0) + coalesce(pool.tax_minor, 0) as settled_minor,
        pool.net_currency as settled_currency,
        pool.dated_on,
        10::numeric ^ (settled.exponent - gross.exponent)::numeric as shift
    from work_pool_statement as pool
    inner join internal.currencies as gross on pool.currency = gross.code
    inner join internal.currencies as settled on pool.net_currency = settled.code
    where
        %(has_rates)s
        and pool.currency <> pool.net_currency
        and pool.amount_minor is not null
        and pool.net_minor is not null
        -- Another currency than the ledger's is told by itself.
        and not exists (
            select from work_finding_members as members
            inner join work_findings as findings on members.finding_no = findings.finding_no
            where
                members.side = 'statement'
                and members.item_id = pool.item_id
                and findings.kind = 'currency_mismatch'
        )

),

rated as (

    select
        lines.*,
        rates.rate,
        rates.published_on,
        rates.previous_rate,
        rates.previous_on,
        rates.is_direct,
        rates.pair
    from lines
    left join work_reference_rates as rates
        on
            lines.gross_currency = rates.gross_currency
            and lines.settled_currency = rates.settled_currency
            and lines.dated_on = rates.day

)

select
    rated.*,
    nextval('internal.item_ids') as finding_no,
    case
        when rated.is_direct then round(rated.gross_minor * rated.rate * rated.shift)
        else round(rated.gross_minor * rated.shift / rated.rate)
    end::bigint as expected_minor,
    case
        when rated.is_direct
            then
                (
                    abs(rated.settled_minor - rated.gross_minor * rated.rate * rated.shift)
                    - 0.5 - abs(rated.gross_minor) * 0.5 * rated.shift / 10::numeric ^ scale(rated.rate)
                ) * 10000
                > abs(rated.gross_minor * rated.rate * rated.shift) * %(tolerance_basis_points)s
        else
            (
                abs(rated.settled_minor * rated.rate - rated.gross_minor * rated.shift)
                - 0.5 * rated.rate - abs(rated.settled_minor) * 0.5 / 10::numeric ^ scale(rated.rate)
            ) * 10000
            > abs(rated.gross_minor * rated.shift) * %(tolerance_basis_points)s
    end as is_off
from rated;
