-- Which ledger rows are new, changed or gone, compared with those in force?
--
-- Grain:   one row per ledger row that differs; item_id is the new version's (NULL where it is gone),
--          old_item_id the version in force (NULL where the row is new).
-- Binds:   account_id (integer), first_item_id (bigint): what a row's place is added to.
create unlogged table work_ledger_changes as
with

in_force as (

    select
        item_id,
        ledger_id,
        row_sha256,
        occurred_at
    from internal.ledger_transactions
    where
        account_id = %(account_id)s
        and last_run_number is null

),

changed as (

    select
        case when in_force.item_id is null then 'new' else 'changed' end as change,
        in_force.item_id as old_item_id,
        work_ledger_extract.*
    from work_ledger_extract
    left join in_force on work_ledger_extract.ledger_id = in_force.ledger_id
    where in_force.row_sha256 is distinct from work_ledger_extract.row_sha256

),

gone as (

    select
        in_force.item_id,
        in_force.ledger_id,
        in_force.row_sha256
    from in_force
    inner join work_ledger_hours on date_trunc('hour', in_force.occurred_at) = work_ledger_hours.hour
    left join work_ledger_extract on in_force.ledger_id = work_ledger_extract.ledger_id
    where work_ledger_extract.ledger_id is null

)

select
    change,
    %(first_item_id)s::bigint + place as item_id,
    old_item_id,
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    case when type in ('payment_reversal', 'refund_reversal') then 'reversal' else type end as type,
    case type
        when 'payment_reversal' then 'payment'
        when 'refund_reversal' then 'refund'
        else type
    end as economic_type,
    status,
    moves_money,
    amount_minor,
    fee_minor,
    tax_minor,
    currency,
    settles_on,
    occurred_at,
    changed_at,
    row_sha256
from changed
union all
select
    'vanished' as change,
    null::bigint as item_id,
    gone.item_id as old_item_id,
    gone.ledger_id,
    null as psp_reference,
    null as merchant_reference,
    null as event_reference,
    'unknown' as type,
    'unknown' as economic_type,
    'vanished' as status,
    null::boolean as moves_money,
    0 as amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    'XXX' as currency,
    null::date as settles_on,
    null::timestamptz as occurred_at,
    null::timestamptz as changed_at,
    gone.row_sha256
from gone;
