-- Which rows of a file without a column of types state a balance?
--
-- Grain:   updates the rows that are of no payment and have no word: with a time they open, without one
--          they close.
-- Binds:   opening_word, closing_word (text): the words that such rows have where the column is there.
update work_raw_rows
set
    type = case
        when written_time is not null then %(opening_word)s::text
        else %(closing_word)s::text
    end
where
    psp_reference is null
    and subtype is null
