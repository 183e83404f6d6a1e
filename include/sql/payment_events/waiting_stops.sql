-- Which stop Variables are still to be set?
--
-- Grain:   one row per Variable; locked until the transaction ends.
-- Binds:   none.
select
    stop_request_id,
    variable,
    reason
from internal.stop_requests
where set_at is null
order by stop_request_id
for update
