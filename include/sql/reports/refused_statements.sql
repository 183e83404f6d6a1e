-- Which statements had been refused, and not been made good, when this run was made?
--
-- Grain:   one row per refused statement of the account.
-- Binds:   maker_attempt_id (bigint) - later attempts do not count.
select
    statements.statement_key,
    deliveries.name as statement_file,
    statements.format,
    deliveries.content_sha256,
    statements.reason_code,
    statements.quarantine_reason
from internal.attempts
inner join internal.statements on attempts.account_id = statements.account_id
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
where
    attempts.attempt_id = %(maker_attempt_id)s
    and statements.state = 'quarantined'
    and coalesce(statements.attempt_id, 0) <= attempts.attempt_id
order by statements.statement_key, deliveries.content_sha256
