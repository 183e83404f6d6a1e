-- Which payouts should the bank show from now on: those of references that this run touches?
--
-- Grain:   one row per payout line, with what the head knew of it; item_id is NULL where it is gone.
--          {{lines}} is the part of the workspace of statement_payout.
-- Binds:   account_id, first_item_id (bigint), basis (text), has_earlier_lines (boolean: whether a
--          staged line is a version of another one).
-- Reason:  a payout and its return make up for each other, so that the bank need not show either; it
--          shows itself only when both are known.
create unlogged table work_expected_changes as
with

gone as materialized (

    select known.*
    from work_staged_lines as changes
    inner join internal.expected_deposits as known on changes.old_item_id = known.payout_item_id
    where
        %(has_earlier_lines)s
        and changes.change in ('changed', 'withdrawn')
        and known.account_id = %(account_id)s
        and known.last_run_number is null
        and not (select begins from work_leg)
    union all
    select known.*
    from {lines}.work_waterfall_changes as changes
    inner join internal.expected_deposits as known on changes.old_item_id = known.payout_item_id
    where
        %(basis)s = 'sum_of_lines'
        and known.account_id = %(account_id)s
        and known.last_run_number is null
        and not (select begins from work_leg)

),

touched as materialized (

    select payout_reference from work_payout_lines
    union
    select payout_reference from gone

),

known as materialized (

    select * from gone
    union
    select in_force.*
    from touched
    inner join internal.expected_deposits as in_force
        on
            hashtextextended(touched.payout_reference, 0) = hashtextextended(in_force.payout_reference, 0)
            and touched.payout_reference = in_force.payout_reference
    where
        in_force.account_id = %(account_id)s
        and in_force.last_run_number is null
        and not (select begins from work_leg)

),

wanted as (

    select
        payout_item_id,
        line_scope,
        line_key,
        occurrence,
        case
            -- A payout without a row goes by another name at the bank.
            when %(basis)s = 'sum_of_lines' and line_scope = 'payouts'
                then left(line_key, -length(currency) - 1)
            else internal.batch_of(%(basis)s, line_scope, payout_reference, booked_on)
        end as batch,
        payout_reference,
        currency,
        amount_minor,
        booked_at
    from work_payout_lines
    union all
    select
        payout_item_id,
        line_scope,
        line_key,
        occurrence,
        batch,
        payout_reference,
        currency,
        amount_minor,
        booked_at
    from known
    where item_id not in (select item_id from gone)

),

judged as (

    select
        wanted.*,
        not (
            payout_reference is not null
            and count(*) over (partition by payout_reference, currency) > 1
            and sum(amount_minor) over (partition by payout_reference, currency) = 0
        ) as moves_money
    from wanted

)

select
    case
        when judged.payout_item_id is null then 'vanished'
        when known.item_id is null then 'new'
        else 'changed'
    end as change,
    %(first_item_id)s::bigint + row_number() over (
        order by coalesce(judged.line_scope, known.line_scope), coalesce(judged.line_key, known.line_key),
            coalesce(judged.occurrence, known.occurrence)
    ) as item_id,
    known.item_id as old_item_id,
    judged.payout_item_id,
    coalesce(judged.line_scope, known.line_scope) as line_scope,
    coalesce(judged.line_key, known.line_key) as line_key,
    coalesce(judged.occurrence, known.occurrence) as occurrence,
    judged.batch,
    judged.payout_reference,
    judged.currency,
    judged.amount_minor,
    judged.moves_money,
    judged.booked_at
from judged
full join known
    on
        judged.line_scope = known.line_scope
        and judged.line_key = known.line_key
        and judged.occurrence = known.occurrence
where
    (
        judged.batch, judged.payout_reference, judged.currency, judged.amount_minor, judged.moves_money, judged.booked_at,
        judged.payout_item_id
    ) is distinct from (
        known.batch, known.payout_reference, known.currency, known.amount_minor, known.moves_money, known.booked_at,
        known.payout_item_id
    );
