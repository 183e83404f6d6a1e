-- What was a request from Slack answered?
--
-- Grain:   no rows; adds one row. A request has one answer.
-- Binds:   request_id (bigint), outcome, answer (text).
insert into internal.slack_answers (request_id, outcome, answer)
values (%(request_id)s, %(outcome)s, %(answer)s)
