-- Writes down what a service answered.
--
-- Grain:   no rows.
-- Binds:   call_id (bigint), answer, detail (text).
insert into internal.action_call_answers (call_id, answer, detail)
values (%(call_id)s, %(answer)s, %(detail)s)
