-- Which request for a stop is carried out now?
--
-- Grain:   no rows.
-- Binds:   stop_request_id (bigint).
update internal.stop_requests
set set_at = clock_timestamp()
where stop_request_id = %(stop_request_id)s and set_at is null
