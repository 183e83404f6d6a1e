-- Which rows of the correction log are about a payment or its discrepancies?
--
-- Grain:   one row per row of the log, with all that its hash is over.
-- Binds:   discrepancy_ids (text[]), wanted (text[]) - ids and references of the payment.
select
    correction_log.*,
    accounts.account
from internal.correction_log
left join internal.accounts on correction_log.account_id = accounts.account_id
where
    correction_log.discrepancy_id = any(%(discrepancy_ids)s::text[])
    or correction_log.link_to = any(%(wanted)s::text[])
    or (
        correction_log.object_kind not in ('discrepancy', 'correction')
        and correction_log.object_id = any(%(wanted)s::text[])
    )
order by correction_log.sequence_number
