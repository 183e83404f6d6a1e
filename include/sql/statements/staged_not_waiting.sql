-- Which statements were staged by an earlier portion and no longer wait to come into force?
--
-- Grain:   one row per statement: another run has brought it into force meanwhile, or something newer.
-- Binds:   account_id (integer). Reads work_gated_deliveries.
select statements.statement_id
from work_gated_deliveries as gated
inner join internal.statements as statements
    on gated.delivery_id = statements.delivery_id
where
    statements.account_id = %(account_id)s
    and statements.state not in ('accepted', 'quarantined', 'corrected')
