-- Which quarantine alerts have lost their cause, since a good statement has come?
--
-- Grain:   one row per open alert of the PSP whose statement is no longer quarantined.
-- Binds:   psp (text).
select
    alerts.fingerprint,
    statements.statement_key,
    statements.state
from internal.alerts
inner join internal.statements
    on (alerts.reasons ->> 'statement_id')::bigint = statements.statement_id
where
    alerts.psp = %(psp)s
    and alerts.state = 'open'
    and jsonb_typeof(alerts.reasons -> 'statement_id') = 'number'
    and statements.state <> 'quarantined'
order by alerts.fingerprint
