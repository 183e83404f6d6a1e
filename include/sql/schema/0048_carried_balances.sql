-- What batches carry out is what later ones carry in: a chain per account and currency.
create function internal.carried_step(
    balances bigint[], carried_in bigint, carried_out bigint, may_owe boolean
) returns bigint[]
language sql immutable parallel safe as $$
    select
        case
            -- Our money is open: what comes in is taken from it, and more than it only into a debt.
            when open >= 0 and carried_in <= open
                then array[open - carried_in, open - carried_in + carried_out, 0]
            when open >= 0 and may_owe and carried_out = 0
                then array[0, open - carried_in, 0]
            when open >= 0 then array[0, carried_out, carried_in - open]
            -- A debt is open: what goes out repays it, and the rest of it lapses, in our favour.
            when may_owe and open + carried_out <= 0 then array[0, -carried_in, 0]
            else array[0, greatest(open + carried_out, 0), carried_in]
        end
    from (values (balances[2])) as before (open)
$$;

create aggregate internal.carried(carried_in bigint, carried_out bigint, may_owe boolean) (
    sfunc = internal.carried_step,
    stype = bigint[],
    initcond = '{0,0,0}',
    parallel = safe
);

create view reconciliation.carried_balances as
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

)

select
    accounts.psp,
    accounts.account,
    chains.currency,
    coalesce(sum(chains.balances[3]) filter (where chains.batch = chains.first_batch), 0)::bigint
        as opening_minor,
    coalesce(sum(chains.balances[3]) filter (where chains.batch <> chains.first_batch), 0)::bigint
        as without_source_minor,
    (max(chains.balances) filter (where chains.place_from_last = 1))[2] as open_minor,
    max(chains.batch) filter (where chains.place_from_last = 1) as last_batch
from chains
inner join internal.accounts on chains.account_id = accounts.account_id
group by accounts.psp, accounts.account, chains.currency;

comment on view reconciliation.carried_balances is 'Money that batches carry over to later ones, per account and currency at the heads, where each statement is a batch.';
comment on column reconciliation.carried_balances.psp is 'Name of the PSP.';
comment on column reconciliation.carried_balances.account is 'Account at the PSP.';
comment on column reconciliation.carried_balances.currency is 'Currency of settlement.';
comment on column reconciliation.carried_balances.opening_minor is 'What the account''s first batch carries in: from before these books, and no finding.';
comment on column reconciliation.carried_balances.without_source_minor is 'What other batches carry in and none before carries out: each a payout_unexplained.';
comment on column reconciliation.carried_balances.open_minor is 'What is carried out and not carried in, negative where it is a debt: it waits for the next batch, or, where it is ours, was left behind by one.';
comment on column reconciliation.carried_balances.last_batch is 'The last batch of the chain.';

grant execute on function internal.carried_step(bigint[], bigint, bigint, boolean) to reconciliation_rw;
grant select on reconciliation.carried_balances to reconciliation_rw, reconciliation_ro;
