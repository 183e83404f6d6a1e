-- Which stops were asked for so long ago, and nobody has carried them out?
--
-- Grain:   one row per request.
-- Binds:   older_than_seconds (bigint).
select
    variable,
    requested_by,
    floor(extract(epoch from clock_timestamp() - requested_at))::bigint as waiting_seconds
from internal.stop_requests
where
    set_at is null
    and requested_at < clock_timestamp() - make_interval(secs => %(older_than_seconds)s)
order by stop_request_id
