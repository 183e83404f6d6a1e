-- Which ledger rows in force are gone from the hours that were read?
--
-- Grain:   one row per ledger row that is gone.
-- Binds:   account_id (integer).
create unlogged table work_ledger_vanished as
select
    in_force.item_id as old_item_id,
    in_force.ledger_id,
    in_force.row_sha256
from ledger_transactions as in_force
inner join work_ledger_hours on date_trunc('hour', in_force.occurred_at) = work_ledger_hours.hour
left join work_ledger_extract on in_force.ledger_id = work_ledger_extract.ledger_id
where
    in_force.account_id = %(account_id)s
    and in_force.last_run_number is null
    and work_ledger_extract.ledger_id is null;
