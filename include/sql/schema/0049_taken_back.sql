-- What the bank took back of a payout that it had shown.
create index on internal.expected_deposits (account_id) where amount_minor < 0 and last_run_number is null;
create index on internal.claimed_deposits (account_id) where amount_minor < 0 and last_run_number is null;

create view internal.deposits_taken_back as
with

returns as (

    -- Returns that both know, and those that the bank alone shows.
    select
        expected.item_id,
        expected.account_id,
        expected.payout_reference,
        expected.currency,
        expected.amount_minor
    from internal.expected_deposits as expected
    inner join internal.match_members as members
        on expected.item_id = members.ledger_item_id and members.leg = 'payout_bank'
    where
        expected.amount_minor < 0
        and expected.last_run_number is null
        and expected.moves_money
        and expected.payout_reference is not null
    union all
    select
        null,
        claims.account_id,
        claims.payout_reference,
        claims.currency,
        claims.amount_minor
    from internal.claimed_deposits as claims
    left join internal.match_members as members
        on claims.item_id = members.statement_item_id and members.leg = 'payout_bank'
    where
        claims.amount_minor < 0
        and claims.last_run_number is null
        and claims.payout_reference is not null
        and members.match_id is null

),

returned as (

    select
        account_id,
        payout_reference,
        currency,
        -sum(amount_minor) as minor
    from returns
    group by account_id, payout_reference, currency

),

-- Paid again under its reference, it is the first that came back.
paid as (

    select
        expected.item_id,
        expected.account_id,
        expected.payout_reference,
        expected.currency,
        expected.amount_minor,
        returned.minor - coalesce(sum(expected.amount_minor) over earlier, 0) as left_minor
    from returned
    inner join internal.expected_deposits as expected
        on
            hashtextextended(returned.payout_reference, 0) = hashtextextended(expected.payout_reference, 0)
            and returned.payout_reference = expected.payout_reference
            and returned.account_id = expected.account_id
            and returned.currency = expected.currency
    inner join internal.match_members as members
        on expected.item_id = members.ledger_item_id and members.leg = 'payout_bank'
    where
        expected.amount_minor > 0
        and expected.last_run_number is null
        and expected.moves_money
    window earlier as (
        partition by expected.account_id, expected.payout_reference, expected.currency
        order by expected.booked_at, expected.line_scope, expected.line_key, expected.occurrence
        rows between unbounded preceding and 1 preceding
    )

)

select
    item_id,
    least(amount_minor, left_minor)::bigint as taken_back_minor
from paid
where left_minor > 0
union all
select
    returns.item_id,
    returns.amount_minor
from returns
where
    returns.item_id is not null
    and exists (
        select from paid
        where
            paid.account_id = returns.account_id
            and paid.payout_reference = returns.payout_reference
            and paid.currency = returns.currency
    );

comment on view internal.deposits_taken_back is 'Payouts that arrived and that the bank took back, and the returns of them, at the heads.';
comment on column internal.deposits_taken_back.item_id is 'The row of expected_deposits.';
comment on column internal.deposits_taken_back.taken_back_minor is 'How much of it came back; of a return its own amount, negative.';

create or replace view reconciliation.payouts as
with

deposits as (

    -- Of each payout, what the bank shows of it.
    select
        expected.account_id,
        expected.batch,
        expected.currency,
        expected.amount_minor,
        coalesce(taken_back.taken_back_minor, 0) as taken_back_minor,
        case
            when not expected.moves_money then 'returned'
            when taken_back.item_id is not null then 'arrived_and_returned'
            when members.match_id is not null then 'arrived'
            when open_items.reason = 'awaiting_statement' then 'awaiting_bank_statement'
            when open_items.reason = 'payout_missing_at_bank' then 'missing'
            when open_items.reason = 'payout_amount_mismatch' then 'other_amount'
            when open_items.reason = 'ambiguous_match' then 'ambiguous'
            else 'in_transit'
        end as bank_state,
        open_items.due_on
    from internal.expected_deposits as expected
    left join internal.match_members as members
        on expected.item_id = members.ledger_item_id and members.leg = 'payout_bank'
    left join internal.open_items
        on
            expected.item_id = open_items.item_id
            and open_items.leg = 'payout_bank'
            and open_items.side = 'ledger'
    left join internal.deposits_taken_back as taken_back on expected.item_id = taken_back.item_id
    where expected.last_run_number is null

),

deposits_of_batches as (

    select
        account_id,
        batch,
        currency,
        sum(amount_minor - taken_back_minor) filter (where bank_state in ('arrived', 'arrived_and_returned'))::bigint
            as arrived_minor,
        string_agg(distinct bank_state, ', ' order by bank_state) as bank_state,
        max(due_on) as due_on
    from deposits
    group by account_id, batch, currency

),

carried as (

    -- A running balance begins with what the days before it left; a batch with what its lines say.
    select
        waterfalls.*,
        case waterfalls.basis
            when 'running_balance'
                then coalesce(sum(waterfalls.net_minor - waterfalls.paid_minor) over earlier, 0)::bigint
            else 0
        end as balance_before_minor
    from internal.payout_waterfalls as waterfalls
    where waterfalls.last_run_number is null
    window earlier as (
        partition by waterfalls.account_id, waterfalls.basis, waterfalls.currency
        order by waterfalls.booked_on, waterfalls.batch
        rows between unbounded preceding and 1 preceding
    )

),

proved as (

    select
        carried.*,
        case
            when basis = 'running_balance' then 'running_balance'
            when basis = 'sum_of_lines' and batch <> '' and net_minor <> paid_minor then 'sum_of_lines'
            when basis = 'sum_of_lines' and net_minor = paid_minor and payouts = 0 then 'nothing_to_pay'
            when basis = 'sum_of_lines' and batch = '' and returned_minor > 0 then 'failed'
            when basis = 'sum_of_lines' and batch = '' then 'not_paid_out'
            when paid_minor = net_minor and payouts > 0 then 'explained'
            when paid_minor = 0 and net_minor = 0 then 'nothing_to_pay'
            when paid_minor = 0 and returned_minor > 0 then 'failed'
            when paid_minor = 0 then 'not_paid_out'
            else 'unexplained'
        end as state
    from carried

)

select
    accounts.psp,
    accounts.account,
    proved.batch,
    proved.currency,
    proved.basis,
    proved.state,
    array_to_string(proved.payout_references, ', ') as payout_references,
    proved.payouts,
    proved.lines,
    proved.last_booked_at,
    proved.last_paid_at as paid_at,
    proved.balance_before_minor + proved.carried_in_minor as carried_in_minor,
    proved.captures_minor,
    proved.refunds_minor,
    proved.chargebacks_minor,
    proved.processing_fees_minor,
    proved.scheme_fees_minor,
    proved.reserve_held_minor,
    proved.reserve_released_minor,
    proved.deductions_minor,
    proved.fx_minor,
    proved.adjustments_minor,
    proved.returned_minor,
    -proved.payout_fees_minor as payout_fees_minor,
    -proved.paid_out_minor
    - case when proved.state = 'sum_of_lines' then proved.net_minor - proved.paid_minor else 0 end
        as payout_minor,
    proved.carried_out_minor
    + case
        when proved.state in ('running_balance', 'failed', 'not_paid_out')
            then proved.balance_before_minor + proved.net_minor - proved.paid_minor
        else 0
    end as carried_out_minor,
    case when proved.state = 'unexplained' then proved.net_minor - proved.paid_minor else 0 end
        as unexplained_minor,
    case
        when bank_buckets.leg is null then 'not_configured'
        when proved.basis = 'sum_of_lines' and proved.state <> 'sum_of_lines'
            then coalesce(deposits.bank_state, 'nothing_paid')
        when proved.payouts = 0 and proved.state <> 'sum_of_lines' then 'nothing_paid'
        else coalesce(deposits.bank_state, 'in_transit')
    end as bank_state,
    deposits.arrived_minor,
    deposits.due_on as due_at_bank_on,
    runs.run_id as first_run_id
from proved
inner join internal.accounts on proved.account_id = accounts.account_id
inner join internal.heads on proved.account_id = heads.account_id
inner join internal.run_buckets as buckets
    on heads.run_number = buckets.run_number and buckets.leg = 'statement_payout' and buckets.side = 'statement'
left join internal.run_buckets as bank_buckets
    on
        heads.run_number = bank_buckets.run_number
        and bank_buckets.leg = 'payout_bank'
        and bank_buckets.side = 'statement'
inner join internal.runs on proved.first_run_number = runs.run_number
left join deposits_of_batches as deposits
    on
        proved.account_id = deposits.account_id
        and proved.batch = deposits.batch
        and proved.currency = deposits.currency;

comment on column reconciliation.payouts.bank_state is 'arrived, arrived_and_returned (the bank took it back, in part or whole), in_transit, awaiting_bank_statement, missing, other_amount, ambiguous, returned, nothing_paid, or not_configured without a bank source; several where the payouts of a batch differ.';
comment on column reconciliation.payouts.arrived_minor is 'Payouts that the bank has, less what it took back; NULL for none.';
