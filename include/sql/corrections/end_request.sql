-- Ends a request without an effect.
--
-- Grain:   one row, its place in the log.
-- Binds:   request_id, event, why (text).
select internal.end_request(%(request_id)s, %(event)s, %(why)s) as sequence_number
