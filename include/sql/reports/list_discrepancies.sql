-- Which discrepancies does the report list, as they are, with the unit of their currency?
--
-- Grain:   one row per discrepancy: open ones, and those that this run resolved.
-- Binds:   none; a view in the workspace, for the queries that write it as CSV and as a sheet.
create or replace view work_report_discrepancies as
select
    work_discrepancies.discrepancy_id,
    work_discrepancies.event_id,
    work_discrepancies.leg,
    work_discrepancies.shown_under,
    work_discrepancies.aspect,
    work_discrepancies.kind,
    work_discrepancies.change,
    work_discrepancies.status,
    work_discrepancies.episode,
    work_discrepancies.severity,
    work_discrepancies.currency,
    work_discrepancies.statement_minor,
    work_discrepancies.ledger_minor,
    work_discrepancies.delta_minor,
    work_discrepancies.exposure_minor,
    work_discrepancies.psp_reference,
    work_discrepancies.merchant_reference,
    work_discrepancies.occurred_at,
    work_discrepancies.due_at,
    work_discrepancies.due_on,
    work_discrepancies.first_run_id,
    work_discrepancies.explanation,
    work_discrepancies.statement_file,
    work_discrepancies.statement_row,
    -- Times a whole number it keeps exactly the currency's decimals: 5 * 0.01 is 0.05.
    case currencies.exponent
        when 0 then 1
        when 1 then 0.1
        when 2 then 0.01
        when 3 then 0.001
        when 4 then 0.0001
    end as major_unit,
    row_number() over (
        order by
            work_discrepancies.change = 'resolved',
            work_discrepancies.currency nulls first,
            work_discrepancies.exposure_minor desc nulls first,
            work_discrepancies.leg,
            work_discrepancies.discrepancy_id
    ) as position
from work_discrepancies
left join internal.currencies on work_discrepancies.currency = currencies.code
