-- Notes when the attempt looked for statements, so that a retry does not look again.
--
-- Grain:   updates one row.
-- Binds:   attempt_id (bigint), looked_at (timestamptz).
update internal.attempts
set fetched_at = %(looked_at)s
where attempt_id = %(attempt_id)s
