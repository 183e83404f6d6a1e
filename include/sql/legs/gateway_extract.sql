-- The gateway's rows in the place of the ledger's: its extract is made and published like the ledger's.
create view ledger_transactions as
select * from internal.gateway_transactions;
