-- What the bank shows of the payouts that a run speaks of.
--
-- Grain:   updates the payouts told. {{bank}} is the part of the workspace of payout_bank.
-- Binds:   account_id (integer).
update work_told_payouts as told set bank_state = shown.bank_state
from (
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
                when open_rows.item_id is null then 'arrived'
                when open_rows.reason = 'awaiting_statement' then 'awaiting_bank_statement'
                when open_rows.reason = 'payout_missing_at_bank' then 'missing'
                when open_rows.reason = 'payout_amount_mismatch' then 'other_amount'
                when open_rows.reason = 'ambiguous_match' then 'ambiguous'
                else 'in_transit'
            end as bank_state
        from (
            select
                item_id,
                batch,
                currency,
                moves_money
            from {bank}.work_expected_changes
            where change <> 'vanished'
            union all
            select
                item_id,
                batch,
                currency,
                moves_money
            from internal.expected_deposits
            where
                account_id = %(account_id)s
                and last_run_number is null
                and not (select begins from {bank}.work_leg)
                and item_id not in (
                    select old_item_id from {bank}.work_expected_changes where old_item_id is not null
                )
                and (batch, currency) in (select batch, currency from work_told_payouts)
        ) as rows
        left join {bank}.work_open_rows as open_rows
            on rows.item_id = open_rows.item_id and open_rows.side = 'ledger'
    ) as deposits on batches.batch = deposits.batch and batches.currency = deposits.currency
    group by batches.batch, batches.currency
) as shown
where told.batch = shown.batch and told.currency = shown.currency;
