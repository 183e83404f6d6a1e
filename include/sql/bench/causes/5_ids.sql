-- Gives each finding its id.
create unlogged table work_finding_ids as
select
    finding_no,
    encode(sha256(finding_no::text::bytea), 'hex') as discrepancy_id
from work_findings;
