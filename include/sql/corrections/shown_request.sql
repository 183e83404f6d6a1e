-- What does an approver see of a request? With the rights of the approver, who sees nothing else.
--
-- Grain:   one row, or none.
-- Binds:   request_id (text).
select * from reconciliation.action_requests
where request_id = %(request_id)s
