-- Payouts that the statement has no row for: each comes to what the lines that name it come to.
alter table internal.payout_waterfalls drop constraint payout_waterfalls_basis_check;
alter table internal.payout_waterfalls add constraint payout_waterfalls_basis_check
check (basis in ('statement', 'reference', 'running_balance', 'sum_of_lines'));
comment on column internal.payout_waterfalls.basis is 'What makes the batch: its statement, the payout that its lines name (sum_of_lines: which has no row of its own), or, where neither is told, the day of a running balance.';

update internal.payout_waterfalls set basis = 'sum_of_lines'
where
    basis = 'reference'
    and account_id in (
        select account_id from internal.statements
        where format in ('razorpay_settlements', 'stripe_payout_reconciliation')
    );

create or replace function internal.batch_of(
    basis text, line_scope text, payout_reference text, booked_on date
) returns text
language sql stable parallel safe as $$
    select
        case
            when basis = 'statement' then line_scope
            when basis in ('reference', 'sum_of_lines') then coalesce(payout_reference, '')
            else booked_on::text
        end
$$;

create or replace view reconciliation.payouts as
with

deposits as (

    -- Of each payout, what the bank shows of it.
    select
        expected.account_id,
        expected.batch,
        expected.currency,
        expected.amount_minor,
        case
            when not expected.moves_money then 'returned'
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
    where expected.last_run_number is null

),

deposits_of_batches as (

    select
        account_id,
        batch,
        currency,
        sum(amount_minor) filter (where bank_state = 'arrived')::bigint as arrived_minor,
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

comment on column reconciliation.payouts.basis is 'statement, reference, sum_of_lines where lines name a payout that has no row of its own, or running_balance where the provider does not say which lines a payout takes.';
comment on column reconciliation.payouts.state is 'explained, unexplained, sum_of_lines (derived: the statement has no row of the payout), not_paid_out, failed, nothing_to_pay, or running_balance.';
comment on column reconciliation.payouts.payout_minor is 'What was paid out, negative; of a payout without a row, what its lines come to.';
