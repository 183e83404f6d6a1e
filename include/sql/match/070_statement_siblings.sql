-- Which lines in force have a payment that is decided anew, and are not in the pool themselves?
--
-- Grain:   one row per such line.
-- Binds:   account_id (integer).
-- Reason:  a payment is decided as a whole, or not at all. One source of payments at a time: the
--          planner knows how many each has. A payment that only has the hash of another stays as it is.
create unlogged table work_sibling_lines as
select known.item_id
from statement_lines as known
where
    known.account_id = %(account_id)s
    and known.last_run_number is null
    and hashtextextended(known.payment_key, 0) in (select payment_hash from work_paired_rows)
    and not exists (select from work_known_statement where work_known_statement.item_id = known.item_id)
union
select known.item_id
from statement_lines as known
where
    known.account_id = %(account_id)s
    and known.last_run_number is null
    and hashtextextended(known.payment_key, 0) in (select hashtextextended(payment_key, 0) from work_ledger_payments)
    and not exists (select from work_known_statement where work_known_statement.item_id = known.item_id)
union
select known.item_id
from statement_lines as known
where
    known.account_id = %(account_id)s
    and known.last_run_number is null
    and hashtextextended(known.payment_key, 0) in (select hashtextextended(payment_key, 0) from work_touched_payments)
    and not exists (select from work_known_statement where work_known_statement.item_id = known.item_id);
