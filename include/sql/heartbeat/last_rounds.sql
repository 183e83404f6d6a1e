-- When did each scheduled operation last end well, and how did its last round end?
--
-- Grain:   one row per operation that is asked for.
-- Binds:   operations, books (text[]): side by side.
-- Reason:  by hand, one payment, one wallet or a dry run says nothing of the schedule.
with

rounds as (

    select
        'payment_replay_verification' as operation,
        coalesce(ended_at, started_at) as moment,
        case when ended_at is null then 'has not ended' else 'done' end as outcome,
        null as problem
    from internal.payment_replays
    where payment_id is null and recorded_from is null and recorded_to is null
    union all
    select
        'payout_' || operation,
        ended_at,
        outcome,
        problem
    from internal.payout_rounds
    union all
    select
        operations.name,
        coalesce(runs.finished_at, runs.started_at),
        coalesce(runs.outcome, 'has not ended'),
        runs.problem
    from internal.wallet_reconciliations as runs
    inner join
        (
            values
            ('wallet_balance_reconciliation', array['recent', 'full']),
            ('wallet_balance_reconciliation over all wallets', array['full'])
        ) as operations (name, scopes)
        on runs.scope = any(operations.scopes)
    where not runs.dry_run

),

good as (

    select
        operation,
        max(moment) as moment
    from rounds
    where outcome = 'done'
    group by operation

),

last_ones as (

    select distinct on (operation)
        operation,
        outcome,
        problem
    from rounds
    order by operation, moment desc

)

select
    asked.operation,
    coalesce(good.moment, books.known_since) as waiting_since,
    good.moment as ended_well_at,
    last_ones.outcome,
    last_ones.problem,
    clock_timestamp() as now
from unnest(%(operations)s::text[], %(books)s::text[]) as asked (operation, book)
inner join internal.books on asked.book = books.book
left join good on asked.operation = good.operation
left join last_ones on asked.operation = last_ones.operation
order by asked.operation
