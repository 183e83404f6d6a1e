-- Writes down a call that is about to leave, unless another copy's call of the same request is under way.
--
-- Grain:   one row with the number of the call, or none while another is under way.
-- Binds:   request_id, method, path, body (text), lease_seconds (integer): for so long a call may be under way.
insert into internal.action_calls (request_id, method, path, body)
select
    %(request_id)s,
    %(method)s,
    %(path)s,
    %(body)s
where
    not exists (
        select
        from internal.action_calls as earlier
        left join internal.action_call_answers as answers on earlier.call_id = answers.call_id
        where
            earlier.request_id = %(request_id)s
            and answers.call_id is null
            and earlier.begun_at > clock_timestamp() - make_interval(secs => %(lease_seconds)s)
    )
returning call_id
