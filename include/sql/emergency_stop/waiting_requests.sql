-- What is still to be stopped?
--
-- Grain:   one row per Variable; locked until the transaction ends.
-- Binds:   none.
select
    stop_request_id,
    variable,
    requested_by,
    reason
from internal.stop_requests
where set_at is null
order by stop_request_id
for update
