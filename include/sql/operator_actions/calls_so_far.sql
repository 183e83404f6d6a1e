-- What is known of the calls of a request?
--
-- Grain:   one row. Unclear is a call whose effect nobody knows; the seconds count from the last such call.
-- Binds:   request_id (text).
select
    count(*) as calls,
    coalesce(bool_or(answers.answer = 'accepted'), false) as is_accepted,
    count(*) filter (where coalesce(answers.answer, 'unknown') = 'unknown') as unclear,
    coalesce(
        floor(extract(epoch from clock_timestamp() - max(calls.begun_at) filter (
            where coalesce(answers.answer, 'unknown') = 'unknown'
        ))), 0
    )::bigint as seconds_since_unclear,
    (array_agg(answers.detail order by calls.call_id desc) filter (where answers.detail is not null))[1] as detail
from internal.action_calls as calls
left join internal.action_call_answers as answers on calls.call_id = answers.call_id
where calls.request_id = %(request_id)s
