-- Which lines were charged another fee than the schedule gives?
--
-- Grain:   one row per line.
create table work_fee_differences as
select
    lines.item_id,
    lines.rule,
    lines.method,
    lines.type,
    lines.currency,
    lines.gross_minor,
    lines.volume_minor,
    lines.charged_minor,
    expected.expected_minor,
    lines.charged_minor - expected.expected_minor as overcharged_minor,
    changes.psp_reference,
    changes.event_reference,
    changes.merchant_reference,
    changes.booked_at,
    deliveries.name as statement_file,
    changes.row_number as statement_row
from work_fee_lines as lines
inner join work_fee_expected as expected on lines.item_id = expected.item_id
inner join work_line_changes as changes
    on lines.item_id = changes.item_id and changes.change in ('new', 'changed')
left join internal.statements on changes.statement_id = statements.statement_id
left join internal.deliveries on statements.delivery_id = deliveries.delivery_id
where lines.charged_minor <> expected.expected_minor;
