-- Which statements did this run bring into force?
--
-- Grain:   one row per statement.
-- Binds:   run_number (bigint).
select
    statements.statement_key,
    deliveries.name as statement_file,
    statements.format,
    deliveries.content_sha256,
    statements.lines,
    statements.covers_from,
    statements.covers_to,
    statements.covers_until,
    statements.proved_by,
    statements.notices
from internal.run_inputs
inner join internal.statements on run_inputs.statement_id = statements.statement_id
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
where run_inputs.run_number = %(run_number)s
order by statements.statement_key, deliveries.content_sha256
