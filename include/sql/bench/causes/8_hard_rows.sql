-- Makes the rows among which duplicates and captures are looked for.
create unlogged table work_hard as
select
    side,
    item_id,
    'P' || item_id / 2 as payment_key,
    economic_type,
    null::text as event_reference,
    type,
    amount_minor,
    currency,
    fee_minor,
    tax_minor,
    dated_at
from work_items;
