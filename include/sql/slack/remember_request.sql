-- Is this the first time that this request from Slack is seen?
--
-- Grain:   one row with its number, or none for the copy of a request.
-- Binds:   team, signature, user_id, user_name, asked (text), sent_at (timestamptz).
insert into internal.slack_requests (team, sent_at, signature, user_id, user_name, asked)
values (
    %(team)s,
    %(sent_at)s,
    %(signature)s,
    %(user_id)s,
    %(user_name)s,
    %(asked)s
)
on conflict (team, sent_at, signature) do nothing
returning request_id
