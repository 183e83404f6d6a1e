-- What people read of payouts: one row per payout and currency, as a waterfall that closes.
create view reconciliation.payouts as
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
    -proved.paid_out_minor as payout_minor,
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
        when proved.payouts = 0 then 'nothing_paid'
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

comment on view reconciliation.payouts is 'Payouts explained, one row per payout and currency at the heads: carried_in + captures + … + returned + payout_fees + payout = carried_out + unexplained, each term signed from the company''s side.';
comment on column reconciliation.payouts.psp is 'Name of the PSP.';
comment on column reconciliation.payouts.account is 'Account at the PSP.';
comment on column reconciliation.payouts.batch is 'What was paid out together: the statement''s key, the payout''s reference, or the day of a running balance.';
comment on column reconciliation.payouts.currency is 'Currency of settlement; one reference for payouts in two currencies is two rows.';
comment on column reconciliation.payouts.basis is 'statement, reference, or running_balance where the provider does not say which lines a payout takes.';
comment on column reconciliation.payouts.state is 'explained, unexplained, not_paid_out, failed, nothing_to_pay, or running_balance.';
comment on column reconciliation.payouts.payout_references is 'References of the payouts, as the PSP writes them.';
comment on column reconciliation.payouts.payouts is 'Payout lines of the batch, returns included.';
comment on column reconciliation.payouts.lines is 'Lines that are no payout.';
comment on column reconciliation.payouts.last_booked_at is 'When its last line was booked.';
comment on column reconciliation.payouts.paid_at is 'When it was last paid out, as the PSP books it; NULL before.';
comment on column reconciliation.payouts.carried_in_minor is 'Brought in from an earlier batch, or the running balance before the day.';
comment on column reconciliation.payouts.captures_minor is 'Payments, before fees, in the currency of settlement.';
comment on column reconciliation.payouts.refunds_minor is 'Refunds and their reversals, before fees.';
comment on column reconciliation.payouts.chargebacks_minor is 'Chargebacks and their reversals, before fees.';
comment on column reconciliation.payouts.processing_fees_minor is 'Fees and taxes on them, negative: of the lines, and on lines of their own.';
comment on column reconciliation.payouts.scheme_fees_minor is 'Fees of card schemes where the statement tells them apart; else 0, and they are among the processing fees.';
comment on column reconciliation.payouts.reserve_held_minor is 'Kept back as a reserve, negative.';
comment on column reconciliation.payouts.reserve_released_minor is 'Given free from the reserve.';
comment on column reconciliation.payouts.deductions_minor is 'Loans, advances and invoices that the PSP takes out of the money.';
comment on column reconciliation.payouts.fx_minor is 'Conversions between the currencies of the account.';
comment on column reconciliation.payouts.adjustments_minor is 'Whatever else: corrections, and lines of a type that is not known.';
comment on column reconciliation.payouts.returned_minor is 'Payouts that came back after they were paid.';
comment on column reconciliation.payouts.payout_fees_minor is 'Fees on the payout itself, negative.';
comment on column reconciliation.payouts.payout_minor is 'What was paid out, negative.';
comment on column reconciliation.payouts.carried_out_minor is 'Left for a later payout.';
comment on column reconciliation.payouts.unexplained_minor is 'What the lines do not explain: 0, or a payout_unexplained.';
comment on column reconciliation.payouts.bank_state is 'arrived, in_transit, awaiting_bank_statement, missing, other_amount, ambiguous, returned, nothing_paid, or not_configured without a bank source; several where the payouts of a batch differ.';
comment on column reconciliation.payouts.arrived_minor is 'Payouts that the bank has; NULL for none.';
comment on column reconciliation.payouts.due_at_bank_on is 'Bank business day on which the last of them is due, while one is not there.';
comment on column reconciliation.payouts.first_run_id is 'Run that published the row as it is.';

create view reconciliation.bank_lines as
select
    runs.run_id,
    accounts.psp,
    accounts.account,
    run_bank_lines.bank,
    run_bank_lines.bank_account,
    run_bank_lines.bank_run_id,
    run_bank_lines.currency,
    run_bank_lines.claimed_lines,
    run_bank_lines.claimed_minor,
    run_bank_lines.other_lines,
    run_bank_lines.other_minor,
    run_bank_lines.unclaimed_lines,
    run_bank_lines.unclaimed_minor
from internal.run_bank_lines
inner join internal.runs on run_bank_lines.run_number = runs.run_number
inner join internal.accounts on runs.account_id = accounts.account_id;

comment on view reconciliation.bank_lines is 'Per run and currency: which lines of its bank account a rule claims, and how many are out of scope with their total.';
comment on column reconciliation.bank_lines.run_id is 'Run of the PSP account that looked at the bank.';
comment on column reconciliation.bank_lines.psp is 'Name of the PSP.';
comment on column reconciliation.bank_lines.account is 'Account at the PSP.';
comment on column reconciliation.bank_lines.bank is 'Name of the bank''s entry.';
comment on column reconciliation.bank_lines.bank_account is 'Account at the bank.';
comment on column reconciliation.bank_lines.bank_run_id is 'Run of the bank account whose lines were looked at; NULL before its first.';
comment on column reconciliation.bank_lines.currency is 'Currency of the lines.';
comment on column reconciliation.bank_lines.claimed_lines is 'Lines claimed for this PSP account.';
comment on column reconciliation.bank_lines.claimed_minor is 'Their sum, signed.';
comment on column reconciliation.bank_lines.other_lines is 'Lines claimed for other PSP accounts.';
comment on column reconciliation.bank_lines.other_minor is 'Their sum, signed.';
comment on column reconciliation.bank_lines.unclaimed_lines is 'Lines that no rule claims: out of scope.';
comment on column reconciliation.bank_lines.unclaimed_minor is 'Their sum, signed.';

grant select on reconciliation.payouts, reconciliation.bank_lines to reconciliation_rw, reconciliation_ro;
