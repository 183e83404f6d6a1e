-- Which requests about a payment or its discrepancies have not ended, and what was each answered?
--
-- Grain:   one row per request, with all that its hash is over and its answers in order.
-- Binds:   discrepancy_ids (text[]), wanted (text[]) - ids and references of the payment.
-- Reason:  whether its time is over is not said: no clock is in an evidence pack.
select
    action_requests.*,
    accounts.account,
    coalesce(answers.given, '[]'::json) as answers
from internal.action_requests
left join internal.accounts on action_requests.account_id = accounts.account_id
left join lateral (
    select
        json_agg(
            json_build_object(
                'answered_by', action_answers.answered_by,
                'answer', action_answers.answer,
                'channel', action_answers.channel,
                'note', action_answers.note,
                'content_sha256', action_answers.content_sha256,
                'answered_at',
                to_char(action_answers.answered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            )
            order by action_answers.answered_at, action_answers.answered_by
        ) as given
    from internal.action_answers
    where action_answers.request_id = action_requests.request_id
) as answers on true
where
    (
        action_requests.discrepancy_id = any(%(discrepancy_ids)s::text[])
        or action_requests.link_to = any(%(wanted)s::text[])
        or (
            action_requests.object_kind not in ('discrepancy', 'correction')
            and action_requests.object_id = any(%(wanted)s::text[])
        )
    )
    and not exists (
        select from internal.correction_log
        where
            correction_log.request_id = action_requests.request_id
            and correction_log.event in ('applied', 'rejected', 'expired', 'refused')
    )
order by action_requests.requested_at, action_requests.request_id
