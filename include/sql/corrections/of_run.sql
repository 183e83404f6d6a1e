-- Which corrections did a run take up: what was logged between its predecessor's head of the log and its own?
--
-- Grain:   one row per row of the log about a discrepancy or correction of the account, in order.
-- Binds:   run_number (bigint).
select
    logged.event,
    logged.request_id,
    logged.action,
    logged.currency,
    logged.amount_minor,
    currencies.exponent,
    logged.reason_code,
    logged.ticket,
    logged.psp_ticket,
    logged.requested_by,
    logged.approved_by,
    logged.second_approved_by
from internal.runs
left join internal.runs as predecessors on runs.predecessor_run_id = predecessors.run_id
inner join internal.correction_log as logged
    on
        runs.account_id = logged.account_id
        and logged.object_kind in ('discrepancy', 'correction')
        and logged.event = 'applied'
        and logged.sequence_number > coalesce(predecessors.log_sequence_number, 0)
        and logged.sequence_number <= runs.log_sequence_number
left join internal.currencies on logged.currency = currencies.code
where runs.run_number = %(run_number)s
order by logged.sequence_number
