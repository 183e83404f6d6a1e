-- Which head of the correction log did each run see?
--
-- Grain:   one row per published run that saw one.
-- Binds:   none.
select
    run_id,
    log_sequence_number,
    log_sha256
from internal.runs
where log_sequence_number is not null
order by run_number
