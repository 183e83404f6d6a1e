-- From which day on may lines of the bank be payouts that are not found there yet?
--
-- Grain:   one row.
-- Binds:   account_id (integer), stands_before (date).
-- Reason:  a bank or a statement may come late. The day before the oldest payout that is new or open, for the
--          bank may date in another zone.
select
    least(
        %(stands_before)s::date,
        (
            select min(timezone('UTC', booked_at)::date) - 1
            from work_expected_changes
            where change <> 'vanished'
        ),
        (
            select min(timezone('UTC', expected.booked_at)::date) - 1
            from internal.open_items
            inner join internal.expected_deposits as expected on open_items.item_id = expected.item_id
            where
                open_items.account_id = %(account_id)s
                and open_items.leg = 'payout_bank'
                and open_items.side = 'ledger'
        )
    ) as claims_from;
