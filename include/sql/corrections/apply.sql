-- Carries a request out, if all of it still holds.
--
-- Grain:   one row, its place in the log.
-- Binds:   request_id (text), state_sha256 (text or NULL: of an object that lies in a service).
select internal.apply_request(%(request_id)s, %(state_sha256)s) as sequence_number
