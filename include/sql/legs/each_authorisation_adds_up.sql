-- Of each intent: authorised = captured + voided + expired + still open, but for what is said of it.
--
-- Grain:   one row per payment and currency that was decided and does not add up; none is right.
-- Reason:  over all intents one that is short may hide one that is over. What was taken too much is a
--          discrepancy, or within the declared over-capture.
with

rows as (

    select
        'statement' as side,
        item_id,
        payment_key,
        currency,
        amount_minor
    from work_left_statement
    where dated_at < (select as_of from work_leg) and type <> 'unknown'
    union all
    select
        'ledger',
        item_id,
        payment_key,
        currency,
        case when moves_money then amount_minor else 0 end
    from work_left_ledger
    where dated_at < (select as_of from work_leg) and type <> 'unknown' and moves_money is not null

),

terms as (

    select
        payment_key,
        currency,
        case side when 'statement' then amount_minor else 0 end as taken_minor,
        case side when 'ledger' then amount_minor else 0 end as authorised_minor,
        0::bigint as open_minor,
        0::bigint as above_minor
    from rows
    union all
    select
        rows.payment_key,
        rows.currency,
        0,
        0,
        case rows.side when 'ledger' then open_rows.amount_minor else -open_rows.amount_minor end,
        0
    from work_open_rows as open_rows
    inner join rows on open_rows.side = rows.side and open_rows.item_id = rows.item_id
    where open_rows.bucket = 'pending'
    union all
    select
        payment_key,
        currency,
        0,
        0,
        0,
        delta_minor
    from work_discrepancies
    where change <> 'resolved' and kind <> 'unclassified_line' and payment_key is not null
    union all
    select
        used.payment_key,
        work_absorbed.currency,
        0,
        0,
        0,
        work_absorbed.absorbed_minor
    from work_absorbed
    inner join (
        select distinct match_id, payment_key from work_hard where state = 'matched'
    ) as used on work_absorbed.match_id = used.match_id

)

select
    payment_key || ' in ' || currency as what,
    sum(authorised_minor + above_minor)::bigint as expected,
    sum(taken_minor + open_minor)::bigint as found
from terms
group by payment_key, currency
having sum(authorised_minor + above_minor) <> sum(taken_minor + open_minor)
order by what;
