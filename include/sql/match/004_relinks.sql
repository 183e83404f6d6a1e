-- Which ledger rows belong to another payment than they name, as somebody has approved?
--
-- Grain:   one row per ledger row, its last link.
-- Binds:   account_id (integer), leg (text).
select distinct on (identities.member_key)
    split_part(identities.member_key, chr(31), 2) as ledger_id,
    corrections.link_to as payment_key
from internal.corrections
inner join internal.discrepancy_identities as identities
    on
        corrections.account_id = identities.account_id
        and corrections.leg = identities.leg
        and corrections.discrepancy_id = identities.discrepancy_id
where
    corrections.account_id = %(account_id)s
    and corrections.leg = %(leg)s
    and corrections.action = 'relink'
    and corrections.corrected_by is null
    and identities.member_key like 'ledger' || chr(31) || '%%'
order by identities.member_key, corrections.sequence_number desc
