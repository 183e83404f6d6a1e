-- Which statements in force, of one format, did an account's runs publish since a given one?
--
-- Grain:   one row per statement in force.
-- Binds:   account_id (integer), since_run_number (bigint), format (text).
select
    statements.statement_id,
    statements.account_id,
    deliveries.name as statement_file,
    statements.statement_key
from internal.statements
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
where
    statements.account_id = %(account_id)s
    and statements.state = 'in_force'
    and statements.first_run_number >= %(since_run_number)s
    and statements.format = %(format)s
