-- What is being done about discrepancies that no entry puts right?
--
-- Grain:   one row per discrepancy and episode: the last action that is in force.
-- Binds:   account_id (integer), leg (text), as_of (timestamptz), log_sequence_number (bigint).
create unlogged table work_statuses as
select distinct on (corrections.discrepancy_id, corrections.episode)
    corrections.discrepancy_id,
    corrections.episode,
    case corrections.action
        when 'accept' then 'accepted'
        when 'mark_as_provider_error' then 'with_psp'
        else 'in_correction'
    end as status
from internal.corrections
left join internal.correction_log as taken_back
    on
        corrections.corrected_by = taken_back.request_id
        and taken_back.event = 'applied'
        and taken_back.sequence_number <= %(log_sequence_number)s
where
    corrections.account_id = %(account_id)s
    and corrections.leg = %(leg)s
    and corrections.amount_minor is null
    and corrections.object_kind = 'discrepancy'
    and corrections.sequence_number <= %(log_sequence_number)s
    and taken_back.request_id is null
    and (corrections.accept_until is null or corrections.accept_until > %(as_of)s)
order by corrections.discrepancy_id, corrections.episode, corrections.sequence_number desc;
