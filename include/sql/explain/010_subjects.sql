-- Which discrepancies are open, with the one line and the one ledger row that each is about?
--
-- Grain:   one row per open discrepancy of the leg that has a currency and rows of its own.
-- Binds:   leg (text).
-- Reason:  a formula is about a line and a row; where there are several of a side, they are counted
--          and their columns are NULL, so that no formula about one of them holds.
create unlogged table work_cause_subjects as
with

members as (

    select
        finding_no,
        count(*) filter (where side = 'statement') as lines,
        count(*) filter (where side = 'ledger') as entries,
        case when count(*) filter (where side = 'statement') = 1 then max(item_id) filter (where side = 'statement') end as line_id,
        case when count(*) filter (where side = 'ledger') = 1 then max(item_id) filter (where side = 'ledger') end as entry_id
    from work_finding_members
    group by finding_no

)

select
    discrepancies.discrepancy_id,
    discrepancies.event_id,
    findings.finding_no,
    findings.kind,
    findings.payment_key,
    findings.economic_type,
    findings.event_reference,
    findings.currency,
    findings.statement_minor,
    findings.ledger_minor,
    findings.delta_minor,
    -- Less what corrections on their way to the ledger offset.
    discrepancies.delta_minor as open_delta_minor,
    findings.due_on,
    members.lines,
    members.entries,
    line.item_id as line_id,
    line.type as line_type,
    line.psp_reference as line_psp_reference,
    line.merchant_reference as line_merchant_reference,
    line.amount_minor as line_gross_minor,
    line.currency as line_currency,
    line.fee_minor as line_fee_minor,
    line.tax_minor as line_tax_minor,
    line.net_minor as line_net_minor,
    line.net_currency as line_net_currency,
    line.dated_at as line_dated_at,
    line.dated_on as line_dated_on,
    line.statement_file as line_file,
    line.statement_row as line_row,
    entry.item_id as entry_id,
    entry.type as entry_type,
    entry.ledger_id as entry_ledger_id,
    entry.psp_reference as entry_psp_reference,
    entry.merchant_reference as entry_merchant_reference,
    entry.amount_minor as entry_gross_minor,
    entry.fee_minor as entry_fee_minor,
    entry.tax_minor as entry_tax_minor,
    entry.dated_at as entry_dated_at
from work_discrepancies as discrepancies
inner join work_finding_ids as ids on discrepancies.discrepancy_id = ids.discrepancy_id
inner join work_findings as findings on ids.finding_no = findings.finding_no
inner join members on findings.finding_no = members.finding_no
left join work_items as line on line.side = 'statement' and members.line_id = line.item_id
left join work_items as entry on entry.side = 'ledger' and members.entry_id = entry.item_id
where
    discrepancies.leg = %(leg)s
    and discrepancies.change <> 'resolved'
    and findings.currency is not null;
