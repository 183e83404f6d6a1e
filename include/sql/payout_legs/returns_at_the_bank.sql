-- Which payouts that came back does the bank show all the same? They and their returns are awaited there.
--
-- Grain:   changes and adds rows of expected deposits, of references that came back whole.
-- Binds:   account_id (integer), first_return_id (bigint).
-- Reason:  a payout and its return make up for each other only where the bank shows neither. What it
--          shows of one of them is seen when the lines that the rule claims are known.
with

claims_now as (

    select
        payout_reference,
        currency
    from work_claim_changes
    where change <> 'withdrawn' and payout_reference is not null
    union
    select
        claims.payout_reference,
        claims.currency
    from internal.claimed_deposits as claims
    where
        claims.account_id = %(account_id)s
        and claims.last_run_number is null
        and not (select begins from work_leg)
        and claims.item_id not in (select old_item_id from work_claim_changes where old_item_id is not null)
        and hashtextextended(claims.payout_reference, 0) in (
            select hashtextextended(payout_reference, 0) from work_expected_changes
            union
            select hashtextextended(payout_reference, 0) from work_claim_changes
        )

),

-- Versions that this run makes and that the bank shows; each with the one in force.
shown as materialized (

    select
        changes.item_id,
        (
            changes.change = 'changed'
            and known.moves_money
            and (changes.batch, changes.payout_reference, changes.currency)
            is not distinct from (known.batch, known.payout_reference, known.currency)
            and (changes.amount_minor, changes.booked_at, changes.payout_item_id)
            is not distinct from (known.amount_minor, known.booked_at, known.payout_item_id)
        ) as is_as_before
    from work_expected_changes as changes
    left join internal.expected_deposits as known on changes.old_item_id = known.item_id
    where
        changes.change <> 'vanished'
        and not changes.moves_money
        and (changes.payout_reference, changes.currency) in (select payout_reference, currency from claims_now)

),

as_before as (

    delete from work_expected_changes
    where item_id in (select item_id from shown where is_as_before)

),

awaited as (

    update work_expected_changes set moves_money = true
    where item_id in (select item_id from shown where not is_as_before)

),

-- References whose lines at the bank changed, with what is in force of them and stays.
touched as (

    select payout_reference from work_claim_changes where change <> 'withdrawn'
    union
    select claims.payout_reference
    from work_claim_changes as changes
    inner join internal.claimed_deposits as claims on changes.old_item_id = claims.item_id

),

all_now as materialized (

    select
        known.item_id,
        known.payout_reference,
        known.currency,
        known.amount_minor
    from touched
    inner join internal.expected_deposits as known
        on
            hashtextextended(touched.payout_reference, 0) = hashtextextended(known.payout_reference, 0)
            and touched.payout_reference = known.payout_reference
    where
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and not (select begins from work_leg)
        and known.item_id not in (select old_item_id from work_expected_changes where old_item_id is not null)
    union all
    select
        null,
        changes.payout_reference,
        changes.currency,
        changes.amount_minor
    from touched
    inner join work_expected_changes as changes on touched.payout_reference = changes.payout_reference
    where changes.change <> 'vanished'

),

judged as (

    select
        item_id,
        (payout_reference, currency) in (select payout_reference, currency from claims_now) as is_shown,
        count(*) over one_reference > 1 and sum(amount_minor) over one_reference = 0 as came_back
    from all_now
    window one_reference as (partition by payout_reference, currency)

)

insert into work_expected_changes (
    change, item_id, old_item_id, payout_item_id, line_scope, line_key, occurrence, batch, payout_reference, currency,
    amount_minor, moves_money, booked_at
)
select
    'changed',
    %(first_return_id)s::bigint
    + row_number() over (order by known.line_scope, known.line_key, known.occurrence),
    known.item_id,
    known.payout_item_id,
    known.line_scope,
    known.line_key,
    known.occurrence,
    known.batch,
    known.payout_reference,
    known.currency,
    known.amount_minor,
    judged.is_shown,
    known.booked_at
from judged
inner join internal.expected_deposits as known on judged.item_id = known.item_id
where judged.came_back and known.moves_money <> judged.is_shown;
