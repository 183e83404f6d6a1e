-- An authorisation is due once no less of it was captured, voided or expired; until then it stays open.
--
-- Grain:   updates the rows on the right that are no plain pair; their payments are there as a whole.
-- Binds:   as_of (timestamptz).
update work_left_ledger set
    due_at = case when is_used_up then dated_at else '9999-12-31' end,
    due_on = case when is_used_up then dated_on else '9999-12-31' end
from (
    select
        work_left_ledger.item_id,
        coalesce(taken.amount_minor, 0) >= coalesce(authorised.amount_minor, 0) as is_used_up
    from work_left_ledger
    left join (
        select
            payment_key,
            currency,
            sum(amount_minor) as amount_minor
        from work_left_statement
        where dated_at < %(as_of)s and type <> 'unknown'
        group by payment_key, currency
    ) as taken
        on
            work_left_ledger.payment_key = taken.payment_key
            and work_left_ledger.currency = taken.currency
    left join (
        select
            payment_key,
            currency,
            sum(amount_minor) as amount_minor
        from work_left_ledger
        where dated_at < %(as_of)s and moves_money
        group by payment_key, currency
    ) as authorised
        on
            work_left_ledger.payment_key = authorised.payment_key
            and work_left_ledger.currency = authorised.currency
) as used
where work_left_ledger.item_id = used.item_id;
