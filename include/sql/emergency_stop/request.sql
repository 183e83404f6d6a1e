-- What is to be stopped, and why, unless a request for it waits already?
--
-- Grain:   one row with the request, or none.
-- Binds:   variable, reason, requested_by (text), replay_id (bigint).
insert into internal.stop_requests (variable, reason, replay_id, requested_by)
values (%(variable)s, %(reason)s, %(replay_id)s, %(requested_by)s)
on conflict (variable) where set_at is null do nothing
returning stop_request_id
