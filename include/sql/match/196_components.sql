-- The rows of every component that is small enough to be searched.
--
-- Grain:   one row per row, component by component.
select
    component,
    place,
    side,
    item_id,
    amount_minor,
    economic_type,
    psp_reference,
    merchant_reference,
    event_reference
from work_sum_rows
where not is_past_bound
order by component, place;
