-- The statements that this run brings into force, by what they contain.
--
-- Grain:   one row per statement.
-- Binds:   account_id (integer).
select
    statements.statement_id,
    statements.statement_key,
    deliveries.content_sha256
from internal.statements
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
where statements.account_id = %(account_id)s and statements.state = 'accepted'
order by statements.statement_key, deliveries.content_sha256;
