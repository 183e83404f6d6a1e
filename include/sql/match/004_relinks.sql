-- Which ledger rows belong to another payment than they name, as somebody has approved?
--
-- Grain:   one row per ledger row, its last link.
-- Binds:   account_id (integer), leg (text), log_sequence_number (bigint).
select distinct on (identities.member_key)
    split_part(identities.member_key, chr(31), 2) as ledger_id,
    corrections.link_to as payment_key
from internal.corrections
left join internal.correction_log as taken_back
    on
        corrections.corrected_by = taken_back.request_id
        and taken_back.event = 'applied'
        and taken_back.sequence_number <= %(log_sequence_number)s
inner join internal.discrepancy_identities as identities
    on
        corrections.account_id = identities.account_id
        and corrections.leg = identities.leg
        and corrections.discrepancy_id = identities.discrepancy_id
where
    corrections.account_id = %(account_id)s
    and corrections.leg = %(leg)s
    and corrections.action = 'relink'
    and corrections.sequence_number <= %(log_sequence_number)s
    and taken_back.request_id is null
    and identities.member_key like 'ledger' || chr(31) || '%%'
order by identities.member_key, corrections.sequence_number desc
