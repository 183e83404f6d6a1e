-- Makes the discrepancies as a run leaves them.
create unlogged table work_discrepancies as
select
    ids.discrepancy_id,
    ids.discrepancy_id as event_id,
    'ledger_statement'::text as leg,
    'ledger_statement'::text as shown_under,
    findings.kind,
    case when findings.kind = 'amount_mismatch' then 'amount' else 'existence' end as aspect,
    'new'::text as change,
    'open'::text as status,
    findings.currency,
    findings.statement_minor,
    findings.delta_minor,
    abs(findings.delta_minor) as exposure_minor
from work_findings as findings
inner join work_finding_ids as ids on findings.finding_no = ids.finding_no;
