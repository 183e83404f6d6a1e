-- Which matches are in force at the end of the span by one set of rules alone?
--
-- Grain:   one row per match, gained or lost, with its members; an amount is NULL where no row of that side
--          has one that can be compared.
-- Binds:   account_id (integer), last_run_number (bigint).
-- Reason:  a match is its members: which number it has, or which rule made it, is no difference here.
with

own_runs as (

    select run_number from history.runs
    where account_id = %(account_id)s

),

members as not materialized (

    select
        'lost' as change, leg, match_id, statement_item_id, ledger_item_id, absorbed_minor, rule_number
    from history.match_members
    where first_run_number in (select run_number from own_runs)
    union all
    select
        'lost', leg, match_id, statement_item_id, ledger_item_id, absorbed_minor, rule_number
    from history.dissolved_match_members
    where
        first_run_number in (select run_number from own_runs)
        and dissolved_run_number > %(last_run_number)s
    union all
    select
        'gained', leg, match_id, statement_item_id, ledger_item_id, absorbed_minor, rule_number
    from internal.match_members
    where first_run_number in (select run_number from own_runs)

),

differing as (

    select
        leg,
        min(change) as change,
        min(match_id) as match_id
    from members
    group by leg, statement_item_id, ledger_item_id
    having count(*) = 1

),

placed as materialized (

    select members.*
    from members
    where (leg, change, match_id) in (select leg, change, match_id from differing)

),

whole as (

    select
        placed.leg,
        placed.change,
        placed.match_id,
        min(placed.rule_number) as rule_number,
        max(placed.absorbed_minor) as absorbed_minor,
        array_agg(items.item_id order by items.item_id) as item_ids
    from placed
    cross join lateral (
        values (placed.statement_item_id), (placed.ledger_item_id)
    ) as items (item_id)
    where items.item_id is not null
    group by placed.leg, placed.change, placed.match_id

),

own as (

    select *
    from whole
    where not exists (
        select from whole as other
        where other.leg = whole.leg and other.change <> whole.change and other.item_ids = whole.item_ids
    )

),

rows as (

    select
        item_id,
        'statement' as book,
        line_key as key,
        psp_reference,
        merchant_reference,
        gross_minor as amount_minor,
        gross_currency as currency
    from history.statement_lines
    where item_id in (select unnest(item_ids) from own)
    union
    select
        item_id,
        'statement',
        line_key,
        psp_reference,
        merchant_reference,
        gross_minor,
        gross_currency
    from internal.statement_lines
    where item_id in (select unnest(item_ids) from own)
    union all
    select
        item_id,
        'ledger',
        ledger_id,
        psp_reference,
        merchant_reference,
        amount_minor,
        currency
    from history.ledger_transactions
    where item_id in (select unnest(item_ids) from own)
    union all
    select
        item_id,
        'gateway',
        ledger_id,
        psp_reference,
        merchant_reference,
        amount_minor,
        currency
    from history.gateway_transactions
    where item_id in (select unnest(item_ids) from own)

),

sided as (

    select
        placed.leg,
        placed.change,
        placed.match_id,
        sides.is_left,
        rows.*
    from placed
    cross join lateral (
        values (true, placed.statement_item_id), (false, placed.ledger_item_id)
    ) as sides (is_left, item_id)
    inner join rows on sides.item_id = rows.item_id

)

select
    own.leg,
    own.change,
    max(sided.currency) as currency,
    sum(sided.amount_minor) filter (where sided.is_left)::bigint as statement_minor,
    sum(sided.amount_minor) filter (where not sided.is_left)::bigint as ledger_minor,
    own.absorbed_minor,
    match_rules.rule,
    match_rules.rule_version,
    min(sided.psp_reference) as psp_reference,
    min(sided.merchant_reference) as merchant_reference,
    array_agg(sided.book || ' ' || sided.key order by sided.is_left desc, sided.key) as members
from own
inner join sided
    on
        own.leg = sided.leg
        and own.change = sided.change
        and own.match_id = sided.match_id
inner join internal.match_rules on own.rule_number = match_rules.rule_number
group by
    own.leg, own.change, own.match_id, own.item_ids, own.absorbed_minor, match_rules.rule, match_rules.rule_version
order by own.change, own.leg, currency, psp_reference, own.item_ids
