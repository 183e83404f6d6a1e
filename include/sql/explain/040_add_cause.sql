-- Adds the discrepancies that a cause's formula holds for.
--
-- Grain:   one row per discrepancy and way in which it holds; {{formula}} is the file of the cause.
-- Binds:   cause, action (text), books_entry (boolean), and those of the file.
insert into work_cause_candidates (discrepancy_id, cause, with_discrepancy_id, evidence, action, books_entry)
select
    held.discrepancy_id,
    %(cause)s,
    held.with_discrepancy_id,
    held.evidence,
    %(action)s,
    %(books_entry)s
from (
    {formula}
) as held;
