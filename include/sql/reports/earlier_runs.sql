-- How much money was at risk when each of the last runs before this one ended?
--
-- Grain:   one row per run of the chain and currency, the oldest first; a run without money at risk
--          has one row without a currency.
-- Binds:   predecessor_run_id (text, NULL for a first run), runs_max (integer).
with recursive

chain as (

    select
        run_id,
        run_number,
        predecessor_run_id,
        as_of,
        1 as place
    from internal.runs
    where run_id = %(predecessor_run_id)s
    union all
    select
        runs.run_id,
        runs.run_number,
        runs.predecessor_run_id,
        runs.as_of,
        chain.place + 1
    from chain
    inner join internal.runs on chain.predecessor_run_id = runs.run_id
    where chain.place < %(runs_max)s

)

select
    chain.run_id,
    chain.as_of,
    divergences.currency,
    divergences.exposure_minor
from chain
left join lateral (
    select
        currency,
        exposure_minor
    from internal.run_divergences
    where run_divergences.run_number = chain.run_number
) as divergences on true
order by chain.place desc, divergences.currency
