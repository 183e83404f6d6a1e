-- Writes down what came of a request that was carried out.
--
-- Grain:   one row, its place in the log.
-- Binds:   request_id, event, result (text).
select internal.note_outcome(%(request_id)s, %(event)s, %(result)s) as sequence_number
