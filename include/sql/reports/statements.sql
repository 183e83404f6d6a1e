-- Which statements did this run bring into force, or only read when it is not published?
--
-- Grain:   one row per statement.
-- Binds:   run_number (bigint), is_published (boolean); what was read lies in the workspace.
with

inputs as (

    select statement_id
    from internal.run_inputs
    where run_number = %(run_number)s
    union
    select statement_id
    from work_staged_statements
    where not %(is_published)s

)

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
from inputs
inner join internal.statements on inputs.statement_id = statements.statement_id
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
order by statements.statement_key, deliveries.content_sha256
