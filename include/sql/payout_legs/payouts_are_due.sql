-- What was paid out is due at once: the lines that it was made of are on the same statement, or earlier.
--
-- Grain:   updates the rows on the right that are no plain pair.
update work_left_ledger set
    due_at = dated_at,
    due_on = dated_on;
