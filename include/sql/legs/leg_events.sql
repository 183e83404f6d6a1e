-- Of which event does each finding of a leg speak?
--
-- Grain:   adds one row per finding. {{leg}} is the part of the workspace that found it.
insert into work_leg_events (discrepancy_id, payment_key, economic_type, event_reference)
select
    work_finding_ids.discrepancy_id,
    work_findings.payment_key,
    work_findings.economic_type,
    work_findings.event_reference
from {leg}.work_findings
inner join {leg}.work_finding_ids on work_findings.finding_no = work_finding_ids.finding_no
where work_findings.payment_key is not null and work_findings.economic_type is not null;
