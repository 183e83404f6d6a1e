-- Notes the components that have more rows than are searched.
--
-- Grain:   adds one sum per such component, with all its rows as members.
with

large as (

    insert into work_sums (sum_no, outcome)
    select distinct
        -component,
        'past_bound'
    from work_sum_rows
    where is_past_bound

)

insert into work_sum_members (sum_no, side, item_id)
select
    -component,
    side,
    item_id
from work_sum_rows
where is_past_bound;
