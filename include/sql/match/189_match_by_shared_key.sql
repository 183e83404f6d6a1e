-- Pass 4: what one order or one batch ties on both sides, and comes to the same.
--
-- Grain:   updates the lines of such matches, and adds their ledger rows, which were not among the hard ones.
-- Reason:  of an order, by type: equal amounts of which both sides have as many pair off, then all that is
--          left is one match, if its totals agree. Of a batch all types are one total: the ledger may book
--          it net. All members are due, or of a batch that is closed and proved.
with

ranked as (

    select
        side,
        item_id,
        shared_key,
        economic_type,
        currency,
        amount_minor,
        row_number() over (
            partition by side, shared_key, economic_type, currency, amount_minor order by dated_at, sort_key
        ) as place,
        count(*) filter (where side = 'statement') over alike as lines,
        count(*) filter (where side = 'ledger') over alike as ledger_rows
    from work_shared_rows
    where kind = 'order' and is_all_due
    window alike as (partition by shared_key, economic_type, currency, amount_minor)

),

pairs as (

    select
        max(item_id) filter (where side = 'statement') as line_id,
        max(item_id) filter (where side = 'ledger') as entry_id
    from ranked
    where lines = ledger_rows
    group by shared_key, economic_type, currency, amount_minor, place

),

decided as (

    select
        'statement' as side,
        line_id as item_id,
        line_id as match_id
    from pairs
    union all
    select
        'ledger',
        entry_id,
        line_id
    from pairs

)

update work_shared_rows set
    match_id = decided.match_id,
    rule = 'order_and_amount'
from decided
where
    work_shared_rows.kind = 'order'
    and work_shared_rows.side = decided.side
    and work_shared_rows.item_id = decided.item_id;

with

totals as (

    select
        nextval('internal.item_ids') as match_id,
        shared_key,
        economic_type,
        currency
    from (
        select
            shared_key,
            economic_type,
            currency
        from work_shared_rows
        where kind = 'order' and is_all_due and match_id is null
        group by shared_key, economic_type, currency
        having
            sum(amount_minor) filter (where side = 'statement') = sum(amount_minor) filter (where side = 'ledger')
    ) as equal
)

update work_shared_rows set
    match_id = totals.match_id,
    rule = 'order_totals'
from totals
where
    work_shared_rows.kind = 'order'
    and work_shared_rows.match_id is null
    and work_shared_rows.shared_key = totals.shared_key
    and work_shared_rows.economic_type = totals.economic_type
    and work_shared_rows.currency = totals.currency;

-- What its order ties is in no batch any more.
delete from work_shared_rows as rows
using work_shared_rows as tied
where
    rows.kind = 'batch'
    and tied.kind = 'order'
    and tied.match_id is not null
    and rows.side = tied.side
    and rows.item_id = tied.item_id;

with

totals as (

    select
        nextval('internal.item_ids') as match_id,
        shared_key,
        currency
    from (
        select
            shared_key,
            currency
        from work_shared_rows
        where kind = 'batch' and (is_all_due or is_all_closed) and match_id is null
        group by shared_key, currency
        having
            sum(amount_minor) filter (where side = 'statement') = sum(amount_minor) filter (where side = 'ledger')
    ) as equal
)

update work_shared_rows set
    match_id = totals.match_id,
    rule = 'batch_totals'
from totals
where
    work_shared_rows.kind = 'batch'
    and work_shared_rows.match_id is null
    and work_shared_rows.shared_key = totals.shared_key
    and work_shared_rows.currency = totals.currency;

update work_hard set
    state = 'matched',
    match_id = work_shared_rows.match_id,
    rule = work_shared_rows.rule
from work_shared_rows
where
    work_shared_rows.match_id is not null
    and work_shared_rows.side = 'statement'
    and work_hard.side = 'statement'
    and work_hard.item_id = work_shared_rows.item_id;

insert into work_hard (
    side, item_id, payment_key, economic_type, type, event_reference, moves_money, amount_minor,
    currency, fee_minor, tax_minor, fee_currency, dated_at, dated_on, settles_on, due_on, due_at,
    is_due, state, match_id, rule, sort_key
)
select
    'ledger',
    rows.item_id,
    rows.payment_key,
    rows.economic_type,
    rows.type,
    rows.event_reference,
    rows.moves_money,
    rows.amount_minor,
    rows.currency,
    rows.fee_minor,
    rows.tax_minor,
    rows.currency,
    rows.dated_at,
    rows.dated_on,
    rows.settles_on,
    rows.due_on,
    rows.due_at,
    tied.is_due,
    'matched',
    tied.match_id,
    tied.rule,
    tied.sort_key
from work_shared_rows as tied
inner join work_unanswered_ledger_rows as rows on tied.side = 'ledger' and tied.item_id = rows.item_id
where tied.match_id is not null;
