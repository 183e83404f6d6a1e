-- Which open discrepancies does the page list: the largest of each currency, and the oldest?
--
-- Grain:   one row per discrepancy under the first leg that it breaks, the largest exposure of each
--          currency first; what has no exposure yet comes before all.
-- Binds:   as_of_on (date, in the PSP's zone), zone (text), largest_max, oldest_max, rows_max
--          (integer).
with

open_discrepancies as (

    select
        *,
        row_number() over (
            partition by currency order by exposure_minor desc nulls first, leg, discrepancy_id
        ) as size_place,
        row_number() over (
            partition by currency
            order by coalesce(occurred_at, due_at) nulls last, leg, discrepancy_id
        ) as age_place
    from work_discrepancies
    where change <> 'resolved' and leg = shown_under

)

select
    kind,
    leg,
    change,
    status,
    currency,
    statement_minor,
    ledger_minor,
    delta_minor,
    exposure_minor,
    %(as_of_on)s::date - (coalesce(occurred_at, due_at) at time zone %(zone)s)::date as age_days,
    psp_reference,
    merchant_reference,
    explanation,
    statement_file,
    statement_row,
    discrepancy_id
from open_discrepancies
where size_place <= %(largest_max)s or age_place <= %(oldest_max)s
order by currency nulls first, size_place
limit %(rows_max)s
