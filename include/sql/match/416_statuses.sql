-- What is being done about discrepancies that no entry puts right?
--
-- Grain:   one row per discrepancy and episode: the last action that is in force, with what was approved.
-- Binds:   account_id (integer), leg (text), as_of (timestamptz), log_sequence_number (bigint).
-- Reason:  an approval is of one difference: what has another kind, currency or delta is open again. A
--          link that has matched leaves no discrepancy, and one that has not is no answer to it.
create unlogged table work_statuses as
select distinct on (corrections.discrepancy_id, corrections.episode)
    corrections.discrepancy_id,
    corrections.episode,
    approved.kind,
    approved.currency,
    approved.delta_minor,
    case corrections.action
        when 'accept' then 'accepted'
        when 'mark_as_provider_error' then 'with_psp'
    end as status
from internal.corrections
inner join internal.approved_discrepancies as approved on corrections.request_id = approved.request_id
left join internal.correction_log as taken_back
    on
        corrections.corrected_by = taken_back.request_id
        and taken_back.event = 'applied'
        and taken_back.sequence_number <= %(log_sequence_number)s
where
    corrections.account_id = %(account_id)s
    and corrections.leg = %(leg)s
    and corrections.action in ('accept', 'mark_as_provider_error')
    and corrections.object_kind = 'discrepancy'
    and corrections.sequence_number <= %(log_sequence_number)s
    and taken_back.request_id is null
    and (corrections.accept_until is null or corrections.accept_until > %(as_of)s)
order by corrections.discrepancy_id, corrections.episode, corrections.sequence_number desc;
