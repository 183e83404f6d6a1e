-- Keeps one copy of a row that both the hours and the changes brought; one snapshot gave both.
--
-- Grain:   deletes all copies but the first.
delete from work_ledger_extract as copy
using work_ledger_extract as first
where
    copy.ledger_id = first.ledger_id
    and copy.row_sha256 = first.row_sha256
    and copy.ctid > first.ctid;
