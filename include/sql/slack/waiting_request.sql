-- Which requests that wait begin so, and which run of Airflow asks for their answers?
--
-- Grain:   one row per request, with the last run that was made for it.
-- Binds:   beginning (text).
select distinct on (requests.request_id)
    requests.request_id,
    requests.action,
    requests.object_kind,
    requests.object_id,
    requests.requested_by,
    requests.on_behalf_of,
    runs.asked_in
from reconciliation.action_requests as requests
inner join internal.action_request_runs as runs on requests.request_id = runs.request_id
where requests.state = 'waiting' and starts_with(requests.request_id, %(beginning)s)
order by requests.request_id, runs.asked_at desc
limit 2
