-- The gateway as the left side of a leg: captures, sales and refunds that took place.
--
-- Reason:  what moved no money is expected on no leg of money; left_rows shows them as lines.
create view work_left_versions as
select
    *,
    case
        when type = 'unknown' or (moves_money is null and (type in ('capture', 'sale') or type = any((select money_types from work_leg)::text[])))
            then 'unknown'
        when moves_money and (type in ('capture', 'sale') or type = any((select money_types from work_leg)::text[]))
            then 'moves'
        else 'idle'
    end as effect,
    case when type in ('capture', 'sale') then 'payment' else type end as left_type,
    case when type in ('capture', 'sale') then 'payment' else type end as left_economic_type,
    event_reference as left_event
from work_gateway_versions;

create view work_left_known as
select
    *,
    case
        when type = 'unknown' or (moves_money is null and (type in ('capture', 'sale') or type = any((select money_types from work_leg)::text[])))
            then 'unknown'
        when moves_money and (type in ('capture', 'sale') or type = any((select money_types from work_leg)::text[]))
            then 'moves'
        else 'idle'
    end as effect,
    case when type in ('capture', 'sale') then 'payment' else type end as left_type,
    case when type in ('capture', 'sale') then 'payment' else type end as left_economic_type,
    event_reference as left_event
from work_gateway_known;
