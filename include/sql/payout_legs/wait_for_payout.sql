-- A batch of which nothing was paid out is not closed: it waits, and no day ends that.
--
-- Grain:   updates rows on the left that are no plain pair.
update work_hard as line set due_at = '9999-12-31'
where
    line.side = 'statement'
    and not exists (
        select from work_hard as paid
        where
            paid.side = 'ledger'
            and paid.payment_key = line.payment_key
            and paid.economic_type = line.economic_type
    );
