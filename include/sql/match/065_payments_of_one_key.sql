-- Which payments are decided anew since they are matched by an order or batch that this run touches?
--
-- Grain:   adds payments to work_touched_payments.
-- Binds:   account_id (integer), leg (text).
-- Reason:  a match by order or batch is of several payments: a new row of its key, or one of any of its
--          payments, concerns all of them. Only few accounts have such matches.
insert into work_touched_payments (payment_key)
with recursive

known as materialized (

    select
        match_id,
        payment_key,
        shared_key
    from internal.shared_key_members
    where account_id = %(account_id)s and leg = %(leg)s

),

names as (

    select changes.merchant_reference as name
    from work_line_changes as changes
    where changes.change <> 'equal' and exists (select from known)
    union all
    select changes.payout_reference
    from work_line_changes as changes
    where exists (select from known)
    union all
    select given.name
    from work_ledger_versions as versions
    cross join lateral (
        values (versions.psp_reference), (versions.event_reference), (versions.merchant_reference)
    ) as given (name)
    where exists (select from known)

),

begun as (

    select match_id
    from known
    where
        shared_key in (select name from names where name is not null)
        or hashtextextended(payment_key, 0) in (select payment_hash from work_paired_rows)
        or payment_key in (select payment_key from work_touched_payments)
        or payment_key in (select payment_key from work_ledger_payments)

),

touched (match_id) as (

    select match_id from begun
    union
    select others.match_id
    from touched
    inner join known on touched.match_id = known.match_id
    inner join known as others on known.payment_key = others.payment_key

)

select distinct known.payment_key
from touched
inner join known on touched.match_id = known.match_id;
