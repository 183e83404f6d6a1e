-- Writes down that the database refused an answer.
--
-- Grain:   one row, its place in the log.
-- Binds:   request_id, why (text).
select internal.note_refused_answer(%(request_id)s, %(why)s) as sequence_number
