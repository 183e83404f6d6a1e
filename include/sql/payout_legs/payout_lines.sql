-- Which payout lines arrive?
--
-- Grain:   one row per line. {{lines}} is the part of the workspace of statement_payout.
-- Reason:  the pass that adds the lines up tells those that are alone under their reference.
create unlogged table work_payout_lines as
select
    payout_line[1]::bigint as payout_item_id,
    payout_line[2] as line_scope,
    payout_line[3] as line_key,
    payout_line[4]::integer as occurrence,
    detail as payout_reference,
    currency,
    payout_line[5]::bigint as amount_minor,
    last_booked_at as booked_at,
    payout_line[6]::date as booked_on
from {lines}.work_waterfall_moves
where payout_line is not null;
