-- Which items wait for their other side, as they are, with the unit of their currency?
--
-- Grain:   one row per leg, side and item in the bucket pending.
-- Binds:   none; a view in the workspace, for the queries that write it as CSV and as a sheet.
create or replace view work_report_pending as
select
    work_open_items.leg,
    case
        when work_open_items.leg = 'gateway_ledger' and work_open_items.side = 'statement' then 'gateway'
        when work_open_items.leg = 'gateway_statement' and work_open_items.side = 'ledger' then 'gateway'
        when work_open_items.leg = 'authorisation' then 'gateway'
        else work_open_items.side
    end as side,
    work_open_items.reason,
    work_open_items.is_counted,
    work_items.type,
    work_items.provider_type,
    work_items.status,
    work_open_items.currency,
    work_open_items.amount_minor,
    work_items.dated_at,
    work_items.dated_on,
    work_open_items.due_at,
    work_open_items.due_on,
    work_items.psp_reference,
    work_items.event_reference,
    work_items.merchant_reference,
    work_items.ledger_id,
    work_items.statement_file,
    work_items.statement_row,
    work_open_items.first_run_id,
    work_items.line_scope,
    work_items.line_key,
    work_items.occurrence,
    -- Times a whole number it keeps exactly the currency's decimals: 5 * 0.01 is 0.05.
    case currencies.exponent
        when 0 then 1
        when 1 then 0.1
        when 2 then 0.01
        when 3 then 0.001
        when 4 then 0.0001
    end as major_unit
from work_open_items
inner join work_items
    on work_open_items.side = work_items.side and work_open_items.item_id = work_items.item_id
left join internal.currencies on work_open_items.currency = currencies.code
where work_open_items.bucket = 'pending'
