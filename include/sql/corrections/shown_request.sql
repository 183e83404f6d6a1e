-- What does an approver see of the request that a run of Airflow has made? With the approver's rights.
--
-- Grain:   one row, or none.
-- Binds:   asked_in (text).
select requests.*
from internal.action_request_runs
inner join reconciliation.action_requests as requests
    on action_request_runs.request_id = requests.request_id
where action_request_runs.asked_in = %(asked_in)s
