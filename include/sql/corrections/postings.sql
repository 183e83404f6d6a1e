-- Which corrections is the ledger to post, and as what?
--
-- Grain:   one row per correction whose posting no run has seen, by the day it is due. is_known is false
--          where no run knows what it corrects: nobody may post that.
-- Binds:   psp (text, NULL for all).
-- Reason:  of a correction that was taken back before it was posted neither is posted any more.
select
    corrections.request_id as correction_id,
    corrections.psp,
    corrections.account,
    corrections.action,
    approved.kind,
    approved.psp_reference,
    approved.merchant_reference,
    corrections.currency,
    corrections.amount_minor,
    case when isfinite(corrections.post_by) then corrections.post_by end as due_on,
    corrections.reason_code,
    corrections.reason,
    corrections.requested_by,
    corrections.on_behalf_of,
    corrections.approved_by,
    corrections.second_approved_by,
    corrections.ticket,
    corrections.psp_ticket,
    case when corrections.object_kind = 'correction' then corrections.object_id end as takes_back,
    approved.request_id is not null and coalesce(isfinite(corrections.post_by), false) as is_known
from reconciliation.corrections
left join reconciliation.corrections as originals
    on corrections.object_kind = 'correction' and corrections.object_id = originals.request_id
-- What is taken back was asked of the discrepancy, and says which payment it is about.
left join internal.approved_discrepancies as approved
    on approved.request_id = coalesce(originals.request_id, corrections.request_id)
where
    corrections.amount_minor is not null
    and corrections.posted_as is null
    and corrections.corrected_by is null
    and (corrections.object_kind = 'discrepancy' or originals.posted_as in ('confirmed', 'posted_otherwise'))
    and (%(psp)s::text is null or corrections.psp = %(psp)s)
order by corrections.post_by, corrections.psp, corrections.account, corrections.request_id
