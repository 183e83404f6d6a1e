-- Which ledger rows are new, or other than the version in force?
--
-- Grain:   one row per ledger row that differs; item_id is the new version's, old_item_id the version
--          in force (NULL where the row is new). The payment is what the row itself says of it.
-- Binds:   account_id (integer), first_item_id (bigint): what a row's place is added to.
create table work_ledger_versions as
with

in_force as (

    select
        item_id,
        ledger_id,
        row_sha256
    from ledger_transactions
    where
        account_id = %(account_id)s
        and last_run_number is null

)

select
    case when in_force.item_id is null then 'new' else 'changed' end as change,
    %(first_item_id)s::bigint + extracted.place as item_id,
    in_force.item_id as old_item_id,
    extracted.ledger_id,
    extracted.psp_reference,
    extracted.merchant_reference,
    extracted.event_reference,
    case when extracted.type in ('payment_reversal', 'refund_reversal') then 'reversal' else extracted.type end
        as type,
    case extracted.type
        when 'payment_reversal' then 'payment'
        when 'refund_reversal' then 'refund'
        else extracted.type
    end as economic_type,
    extracted.status,
    extracted.moves_money,
    extracted.amount_minor,
    extracted.fee_minor,
    extracted.tax_minor,
    extracted.currency,
    extracted.settles_on,
    extracted.occurred_at,
    extracted.changed_at,
    extracted.row_sha256,
    internal.payment_key_of_ledger_row(
        extracted.psp_reference, extracted.merchant_reference, extracted.ledger_id
    ) as payment_key
from work_ledger_extract as extracted
left join in_force
    on
        extracted.ledger_id = in_force.ledger_id
        and hashtextextended(extracted.ledger_id, 0) = hashtextextended(in_force.ledger_id, 0)
where in_force.row_sha256 is distinct from extracted.row_sha256;
