-- What was taken out of authorisations, as the left side of their leg: captures, voids and expiries.
--
-- Reason:  they are of one economic type, so that they are held against the authorisation in total.
create view work_left_versions as
select
    *,
    case
        when moves_money is null
            then 'unknown'
        when moves_money
            then 'moves'
        else 'idle'
    end as effect,
    type as left_type,
    'authorisation'::text as left_economic_type,
    null::text as left_event
from work_gateway_versions
where type in ('capture', 'void', 'expiry');

create view work_left_known as
select
    *,
    case
        when moves_money is null
            then 'unknown'
        when moves_money
            then 'moves'
        else 'idle'
    end as effect,
    type as left_type,
    'authorisation'::text as left_economic_type,
    null::text as left_event
from work_gateway_known
where type in ('capture', 'void', 'expiry');
