-- A row that somebody deletes from the company's ledger.
--
-- Grain:   no rows; deletes one ledger row.
-- Binds:   ledger_id (text).
delete from ledger.transactions
where id = %(ledger_id)s
