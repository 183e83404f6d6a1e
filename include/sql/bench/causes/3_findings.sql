-- Makes what was found of those rows.
create unlogged table work_findings as
select
    faults.number as finding_no,
    case
        when faults.sort in (3, 5) then 'missing_in_ledger'
        when faults.sort in (4, 6) then 'missing_in_statement'
        else 'amount_mismatch'
    end as kind,
    'P' || faults.number as payment_key,
    'payment'::text as economic_type,
    null::text as event_reference,
    'EUR'::text as currency,
    line.amount_minor as statement_minor,
    entry.amount_minor as ledger_minor,
    coalesce(line.amount_minor, 0) - coalesce(entry.amount_minor, 0) as delta_minor,
    null::date as due_on
from work_faults as faults
left join work_items as line on faults.number * 2 = line.item_id
left join work_items as entry on faults.number * 2 + 1 = entry.item_id;
