-- Takes back which payment an account's open ledger rows were found to belong to: it is found again.
--
-- Binds:   account_id (integer).
-- Reason:  of an open row it is noted over the earlier note, so that the one of the head before the span may
--          be gone; of a matched row it is what it was.
update internal.ledger_transactions as known set
    payment_key = internal.payment_key_of_ledger_row(psp_reference, merchant_reference, ledger_id)
where
    known.account_id = %(account_id)s
    and known.last_run_number is null
    and known.payment_key <> internal.payment_key_of_ledger_row(psp_reference, merchant_reference, ledger_id)
    and not exists (
        select from internal.match_members
        where
            match_members.leg = 'ledger_statement'
            and match_members.ledger_item_id = known.item_id
            and match_members.match_id not in (select match_id from internal.provisional_members)
    );

insert into internal.leg_payments
select leg_payments.*
from history.leg_payments
inner join internal.match_members
    on
        leg_payments.leg = match_members.leg
        and leg_payments.item_id = match_members.ledger_item_id
inner join internal.runs on match_members.first_run_number = runs.run_number
where runs.account_id = %(account_id)s;
