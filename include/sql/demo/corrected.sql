-- What has become of the corrected discrepancy, and of its correction?
--
-- Grain:   one row, or none where the head shows neither.
-- Binds:   discrepancy_id, correction_id (text).
select
    discrepancies.change,
    corrections.posted_as,
    corrections.approved_by
from reconciliation.corrections
inner join reconciliation.discrepancies on corrections.discrepancy_id = discrepancies.discrepancy_id
where
    corrections.request_id = %(correction_id)s
    and corrections.discrepancy_id = %(discrepancy_id)s
