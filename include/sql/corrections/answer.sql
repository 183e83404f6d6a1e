-- Writes down who approved or rejected what; the database refuses whoever may not.
--
-- Grain:   no rows.
-- Binds:   request_id, answered_by, answer, channel, content_sha256 (text), note (text or NULL).
insert into internal.action_answers (request_id, answered_by, answer, channel, note, content_sha256)
values (
    %(request_id)s, %(answered_by)s, %(answer)s, %(channel)s, %(note)s, %(content_sha256)s
)
