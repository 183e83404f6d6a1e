-- Marks the surplus: a row like a matched one of the same side, of the same event.
--
-- Reason:  without an event reference the payment's own reference is the key; an instalment of
--          another due day is not a duplicate; one that a posted correction may offset is not yet.
update work_hard as surplus set state = 'duplicate'
where
    surplus.state is null
    and surplus.moves_money
    and surplus.amount_minor is not null
    and exists (
        select from work_hard as matched
        where
            matched.state in ('matched', 'differs')
            and matched.side = surplus.side
            and matched.payment_key = surplus.payment_key
            and matched.economic_type = surplus.economic_type
            and matched.type = surplus.type
            and matched.currency = surplus.currency
            and matched.amount_minor = surplus.amount_minor
            and matched.event_reference is not distinct from surplus.event_reference
            and matched.settles_on is not distinct from surplus.settles_on
    )
    and not exists (
        select from work_hard_groups
        where
            surplus.side = 'ledger'
            and work_hard_groups.payment_key = surplus.payment_key
            and work_hard_groups.economic_type = surplus.economic_type
            and work_hard_groups.has_posting
    );
