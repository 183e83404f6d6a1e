-- Every statement that counts for coverage: in force, accepted for this run, or
-- refused and not mended.
--
-- Grain:   one row per statement.
-- Binds:   account_id (integer).
select
    statements.statement_key,
    statements.sequence_number,
    statements.state in ('accepted', 'in_force') as is_good,
    statements.covers_from,
    statements.covers_to,
    statements.covers_until,
    statements.quarantine_reason,
    statements.reason_code,
    deliveries.name as file
from internal.statements
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
where
    statements.account_id = %(account_id)s
    and statements.state in ('accepted', 'in_force', 'quarantined')
order by statements.statement_id;
