-- What the bank shows of the payouts that a run speaks of.
--
-- Grain:   updates the payouts told. {{bank}} is the part of the workspace of payout_bank.
-- Binds:   account_id (integer).
-- Reason:  what arrived has come back where the bank shows a return of it, whether the PSP tells that or
--          not. Paid again under its reference, it is the first that came back.
with

expected_now as not materialized (

    select
        item_id,
        batch,
        payout_reference,
        currency,
        amount_minor,
        moves_money,
        booked_at,
        line_scope,
        line_key,
        occurrence
    from {bank}.work_expected_changes
    where change <> 'vanished'
    union all
    select
        item_id,
        batch,
        payout_reference,
        currency,
        amount_minor,
        moves_money,
        booked_at,
        line_scope,
        line_key,
        occurrence
    from internal.expected_deposits
    where
        account_id = %(account_id)s
        and last_run_number is null
        and not (select begins from {bank}.work_leg)
        and item_id not in (
            select old_item_id from {bank}.work_expected_changes where old_item_id is not null
        )

),

returns as materialized (

    select
        expected.item_id,
        expected.payout_reference,
        expected.currency,
        expected.amount_minor
    from expected_now as expected
    where
        expected.amount_minor < 0
        and expected.moves_money
        and expected.payout_reference is not null
        and expected.item_id not in (select item_id from {bank}.work_open_rows where side = 'ledger')
    union all
    select
        null,
        claims.payout_reference,
        claims.currency,
        claims.amount_minor
    from (
        select
            item_id,
            payout_reference,
            currency,
            amount_minor
        from {bank}.work_claim_changes
        where change <> 'withdrawn'
        union all
        select
            item_id,
            payout_reference,
            currency,
            amount_minor
        from internal.claimed_deposits
        where
            account_id = %(account_id)s
            and last_run_number is null
            and not (select begins from {bank}.work_leg)
            and item_id not in (
                select old_item_id from {bank}.work_claim_changes where old_item_id is not null
            )
    ) as claims
    where
        claims.amount_minor < 0
        and claims.payout_reference is not null
        and claims.item_id in (select item_id from {bank}.work_open_rows where side = 'statement')

),

returned as (

    select
        payout_reference,
        currency,
        -sum(amount_minor) as minor
    from returns
    group by payout_reference, currency

),

paid as (

    select
        expected.item_id,
        expected.payout_reference,
        expected.currency,
        returned.minor - coalesce(sum(expected.amount_minor) over earlier, 0) as left_minor
    from returned
    inner join expected_now as expected
        on
            hashtextextended(returned.payout_reference, 0) = hashtextextended(expected.payout_reference, 0)
            and returned.payout_reference = expected.payout_reference
            and returned.currency = expected.currency
    where
        expected.amount_minor > 0
        and expected.moves_money
        and expected.item_id not in (select item_id from {bank}.work_open_rows where side = 'ledger')
    window earlier as (
        partition by expected.payout_reference, expected.currency
        order by expected.booked_at, expected.line_scope, expected.line_key, expected.occurrence
        rows between unbounded preceding and 1 preceding
    )

),

taken_back as (

    select item_id from paid where left_minor > 0
    union all
    select item_id from returns
    where item_id is not null and (payout_reference, currency) in (select payout_reference, currency from paid)

),

shown as (

    select
        batches.batch,
        batches.currency,
        coalesce(
            string_agg(distinct deposits.bank_state, ', ' order by deposits.bank_state), 'nothing_paid'
        ) as bank_state
    from work_told_payouts as batches
    left join (
        select
            rows.batch,
            rows.currency,
            case
                when not rows.moves_money then 'returned'
                when open_rows.item_id is null and rows.item_id in (select item_id from taken_back)
                    then 'arrived_and_returned'
                when open_rows.item_id is null then 'arrived'
                when open_rows.reason = 'awaiting_statement' then 'awaiting_bank_statement'
                when open_rows.reason = 'payout_missing_at_bank' then 'missing'
                when open_rows.reason = 'payout_amount_mismatch' then 'other_amount'
                when open_rows.reason = 'ambiguous_match' then 'ambiguous'
                else 'in_transit'
            end as bank_state
        from expected_now as rows
        left join {bank}.work_open_rows as open_rows
            on rows.item_id = open_rows.item_id and open_rows.side = 'ledger'
        where (rows.batch, rows.currency) in (select batch, currency from work_told_payouts)
    ) as deposits on batches.batch = deposits.batch and batches.currency = deposits.currency
    group by batches.batch, batches.currency

)

update work_told_payouts as told set bank_state = shown.bank_state
from shown
where told.batch = shown.batch and told.currency = shown.currency;
