-- What was asked under this id, and how far has it come?
--
-- Grain:   one row, or none.
-- Binds:   request_id (text).
select
    requests.*,
    asked.account_id,
    asked.state_sha256,
    exists (
        select from internal.correction_log
        where
            correction_log.request_id = asked.request_id
            and correction_log.event in ('applied', 'rejected', 'expired', 'refused')
    ) as is_ended,
    (
        select correction_log.sequence_number from internal.correction_log
        where correction_log.request_id = asked.request_id and correction_log.event = 'applied'
    ) as applied_as,
    exists (
        select from internal.corrections
        where corrections.request_id = asked.request_id and corrections.corrected_by is not null
    ) as is_taken_back,
    (
        select correction_log.event from internal.correction_log
        where correction_log.request_id = asked.request_id and correction_log.event in ('verified', 'failed')
    ) as outcome
from reconciliation.action_requests as requests
inner join internal.action_requests as asked on requests.request_id = asked.request_id
where requests.request_id = %(request_id)s
