-- Writes down which corrections the ledger has posted, as approved or otherwise, or never will.
--
-- Grain:   one row per correction, its place in the log.
-- Binds:   run_number (bigint).
select
    internal.note_outcome(
        states.request_id,
        states.state,
        json_build_object(
            'ledger_ids', states.ledger_ids,
            'amount_minor', states.posted_minor,
            'currency', states.posted_currency,
            'run_id', runs.run_id
        )::text
    ) as sequence_number
from (
    select * from work_correction_states
    where state in ('confirmed', 'posted_otherwise', 'withdrawn')
    order by request_id
) as states
cross join internal.runs
where runs.run_number = %(run_number)s
