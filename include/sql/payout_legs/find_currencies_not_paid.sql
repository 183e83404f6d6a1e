-- Batches that are paid out in one currency, and in another not.
--
-- Grain:   one finding per batch and currency of which nothing is paid.
-- Binds:   as_of (timestamptz).
-- Reason:  a PSP pays out all currencies of a reference together, so the lines that are left are due. They
--          wait all the same, which tells their amount: the delta is 0.
with

found as (

    insert into work_findings (
        finding_no, kind, currency, delta_minor, exposure_minor, payment_key, economic_type, lead_side,
        lead_item_id, detail
    )
    select
        nextval('internal.item_ids'),
        'payout_unexplained',
        waiting.currency,
        0,
        abs(waiting.net_minor),
        waiting.batch,
        'payout ' || waiting.currency,
        'statement',
        waiting.item_id,
        waiting.batch || ' is paid in another currency, and '
        || internal.money_text(waiting.net_minor, waiting.currency) || ' of it is not'
    from work_waterfalls_now as waiting
    where
        (select basis from work_payout_leg) in ('reference', 'statement')
        and waiting.batch <> ''
        and waiting.payouts = 0
        and waiting.net_minor <> 0
        and exists (
            select from work_waterfalls_now as paid
            where
                paid.batch = waiting.batch
                and paid.currency <> waiting.currency
                and paid.paid_minor <> 0
                and paid.last_paid_at < %(as_of)s
        )
    returning finding_no, payment_key, currency

)

insert into work_finding_keys (finding_no, member_key)
select
    finding_no,
    'unpaid' || chr(31) || payment_key || chr(31) || currency
from found;
