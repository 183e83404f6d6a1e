-- Takes over the versions of an account's rows that its head before the span knew.
--
-- Binds:   account_id (integer), start_run_number (bigint; 0 for none).
-- Reason:  a version that a run of the span ended is in force.
insert into internal.statement_lines
select * from history.statement_lines
where account_id = %(account_id)s and first_run_number <= %(start_run_number)s;

update internal.statement_lines set last_run_number = null
where account_id = %(account_id)s and last_run_number > %(start_run_number)s;

insert into internal.ledger_transactions
select * from history.ledger_transactions
where account_id = %(account_id)s and first_run_number <= %(start_run_number)s;

update internal.ledger_transactions set last_run_number = null
where account_id = %(account_id)s and last_run_number > %(start_run_number)s;

insert into internal.gateway_transactions
select * from history.gateway_transactions
where account_id = %(account_id)s and first_run_number <= %(start_run_number)s;

update internal.gateway_transactions set last_run_number = null
where account_id = %(account_id)s and last_run_number > %(start_run_number)s;
