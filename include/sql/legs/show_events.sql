-- Shows each event under the first leg that it breaks.
--
-- Grain:   updates open discrepancies.
-- Binds:   legs (text[]: in the order in which money passes them).
update work_discrepancies set shown_under = first_legs.leg
from (
    select distinct on (event_id)
        event_id,
        leg
    from work_discrepancies
    where change <> 'resolved'
    order by event_id, array_position(%(legs)s::text[], leg)
) as first_legs
where
    work_discrepancies.event_id = first_legs.event_id
    and work_discrepancies.change <> 'resolved'
    and work_discrepancies.shown_under <> first_legs.leg;
