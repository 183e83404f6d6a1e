-- Debts of batches that no later one carries in are counted: nothing else tells them.
create or replace view reconciliation.carried_balances as
with

chains as (

    select
        waterfalls.account_id,
        waterfalls.currency,
        waterfalls.batch,
        internal.carried(
            waterfalls.carried_in_minor,
            waterfalls.carried_out_minor,
            waterfalls.paid_minor <= 0 and waterfalls.net_minor = waterfalls.paid_minor
        ) over batches as balances,
        first_value(waterfalls.batch) over (
            partition by waterfalls.account_id
            order by waterfalls.last_booked_at, length(waterfalls.batch), waterfalls.batch
        ) as first_batch,
        waterfalls.carried_out_minor,
        row_number() over (
            partition by waterfalls.account_id, waterfalls.currency
            order by waterfalls.last_booked_at desc, length(waterfalls.batch) desc, waterfalls.batch desc
        ) as place_from_last
    from internal.payout_waterfalls as waterfalls
    where
        waterfalls.last_run_number is null
        and waterfalls.basis = 'statement'
        and (
            waterfalls.payouts > 0
            or waterfalls.net_minor = waterfalls.paid_minor
            or waterfalls.carried_in_minor <> 0
            or waterfalls.carried_out_minor <> 0
        )
    window batches as (
        partition by waterfalls.account_id, waterfalls.currency
        order by waterfalls.last_booked_at, length(waterfalls.batch), waterfalls.batch
    )

),

steps as (

    select
        chains.*,
        -- What a batch repays of the debt before it, it carries out.
        greatest(
            -lag(balances[2], 1, 0::bigint) over (
                partition by account_id, currency order by place_from_last desc
            ) - carried_out_minor,
            0
        ) as lapsed_minor
    from chains

)

select
    accounts.psp,
    accounts.account,
    steps.currency,
    coalesce(sum(steps.balances[3]) filter (where steps.batch = steps.first_batch), 0)::bigint
        as opening_minor,
    coalesce(sum(steps.balances[3]) filter (where steps.batch <> steps.first_batch), 0)::bigint
        as without_source_minor,
    (max(steps.balances) filter (where steps.place_from_last = 1))[2] as open_minor,
    max(steps.batch) filter (where steps.place_from_last = 1) as last_batch,
    sum(steps.lapsed_minor)::bigint as lapsed_minor
from steps
inner join internal.accounts on steps.account_id = accounts.account_id
group by accounts.psp, accounts.account, steps.currency;

comment on column reconciliation.carried_balances.lapsed_minor is 'Debts of batches that came to less than 0 and that no later one carries in: in your favour, and no finding.';
