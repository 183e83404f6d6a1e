-- Ends every request that was not answered, or not applied, in time.
--
-- Grain:   one row per request, its place in the log.
-- Binds:   none.
select internal.end_request(request_id, 'expired', 'nobody answered in time') as sequence_number
from reconciliation.action_requests
where state = 'expired' and not exists (
    select from internal.correction_log
    where
        correction_log.request_id = action_requests.request_id
        and correction_log.event in ('applied', 'rejected', 'expired', 'refused')
)
order by request_id
