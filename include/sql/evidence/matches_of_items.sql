-- Which matches of any run were these rows in, and on which side; also those that a later run dissolved?
--
-- Grain:   one row per match, side and row of the payment; statement_lines and ledger_transactions count all members of
--          the match, those of other payments included.
-- Binds:   item_ids (bigint[]).
with

members as (

    select
        leg,
        match_id,
        statement_item_id,
        ledger_item_id,
        first_run_number,
        absorbed_minor,
        rule_number,
        is_proved,
        null::bigint as dissolved_run_number
    from internal.match_members
    union all
    select
        leg,
        match_id,
        statement_item_id,
        ledger_item_id,
        first_run_number,
        absorbed_minor,
        rule_number,
        is_proved,
        dissolved_run_number
    from internal.dissolved_match_members

),

wanted as (

    select distinct
        leg,
        match_id,
        first_run_number
    from members
    where
        statement_item_id = any(%(item_ids)s::bigint[])
        or ledger_item_id = any(%(item_ids)s::bigint[])

),

sides as (

    select
        members.*,
        sides.side,
        sides.item_id
    from members
    inner join wanted using (leg, match_id, first_run_number)
    cross join
        lateral (values ('statement', members.statement_item_id), ('ledger', members.ledger_item_id))
            as sides (side, item_id)
    where sides.item_id is not null

),

matches as (

    select
        leg,
        match_id,
        first_run_number,
        dissolved_run_number,
        rule_number,
        coalesce(max(absorbed_minor), 0) as absorbed_minor,
        bool_and(is_proved) as is_proved,
        count(*) filter (where side = 'statement') as statement_lines,
        count(*) filter (where side = 'ledger') as ledger_transactions
    from sides
    group by leg, match_id, first_run_number, dissolved_run_number, rule_number

)

select
    accounts.psp,
    accounts.account,
    matches.leg,
    matches.match_id,
    match_rules.rule,
    match_rules.rule_version,
    matches.absorbed_minor,
    matches.is_proved,
    matches.statement_lines,
    matches.ledger_transactions,
    runs.run_id,
    dissolved.run_id as dissolved_run_id,
    sides.side,
    sides.item_id
from matches
inner join sides
    on
        matches.leg = sides.leg
        and matches.match_id = sides.match_id
        and matches.first_run_number = sides.first_run_number
        and matches.dissolved_run_number is not distinct from sides.dissolved_run_number
inner join internal.match_rules on matches.rule_number = match_rules.rule_number
inner join internal.runs on matches.first_run_number = runs.run_number
inner join internal.accounts on runs.account_id = accounts.account_id
left join internal.runs as dissolved on matches.dissolved_run_number = dissolved.run_number
where sides.item_id = any(%(item_ids)s::bigint[])
order by
    runs.run_number, matches.leg, matches.match_id, matches.dissolved_run_number nulls last, sides.side desc,
    sides.item_id
