-- Which approvals that the correction log names are gone from the answers?
--
-- Grain:   one row per row of the log and approver, in order.
-- Binds:   none.
select
    correction_log.sequence_number,
    correction_log.request_id,
    named.approver
from internal.correction_log
cross join lateral (
    values (correction_log.approved_by), (correction_log.second_approved_by)
) as named (approver)
where
    named.approver is not null
    and not exists (
        select from internal.action_answers
        where
            action_answers.request_id = correction_log.request_id
            and action_answers.answered_by = named.approver
            and action_answers.answer = 'approved'
            and action_answers.content_sha256 = correction_log.content_sha256
    )
order by correction_log.sequence_number, named.approver
