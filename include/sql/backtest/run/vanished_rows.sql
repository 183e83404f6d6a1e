-- Which rows of a book did a run find gone?
--
-- Grain:   one row per row in force that the run ended without another version of it.
-- Binds:   account_id (integer), run_number (bigint). {{book}} is the table of the history that has the rows.
create unlogged table work_ledger_vanished as
select
    ended.item_id as old_item_id,
    ended.ledger_id,
    ended.row_sha256
from history.{book} as ended
where
    ended.account_id = %(account_id)s
    and ended.last_run_number = %(run_number)s
    and not exists (
        select from history.{book} as brought
        where
            brought.account_id = %(account_id)s
            and brought.first_run_number = %(run_number)s
            and brought.ledger_id = ended.ledger_id
    )
