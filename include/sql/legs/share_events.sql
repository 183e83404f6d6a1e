-- Gives findings of one event on several legs one event_id.
--
-- Grain:   updates open discrepancies.
-- Reason:  a book that does not name the event speaks of the only one that the others name, if there
--          is one of that payment and type.
update work_discrepancies set event_id = named.event_id
from work_leg_events as unnamed
inner join (
    select
        events.payment_key,
        events.economic_type,
        min(discrepancies.event_id) as event_id
    from work_leg_events as events
    inner join work_discrepancies as discrepancies on events.discrepancy_id = discrepancies.discrepancy_id
    where events.event_reference is not null
    group by events.payment_key, events.economic_type
    having count(distinct discrepancies.event_id) = 1
) as named
    on unnamed.payment_key = named.payment_key and unnamed.economic_type = named.economic_type
where
    unnamed.event_reference is null
    and work_discrepancies.discrepancy_id = unnamed.discrepancy_id
    and work_discrepancies.kind <> 'ledger_changed';
