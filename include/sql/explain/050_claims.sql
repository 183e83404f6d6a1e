-- Which formula is claimed for which discrepancy, and which are only candidates?
--
-- Grain:   one row per discrepancy and formula that holds for it.
-- Binds:   leg (text), entry_aspects (text[]: aspects that an entry of the ledger can put right).
-- Reason:  a formula is claimed when it holds in one way, no other holds, and the same is true of
--          the other discrepancy of a pair; two that hold are two guesses.
insert into work_causes (
    discrepancy_id, cause, is_claimed, solutions, with_discrepancy_id, evidence, correction, correction_minor
)
with

counted as (

    select
        discrepancy_id,
        count(*) as ways
    from work_cause_candidates
    group by discrepancy_id

),

held as (

    select
        discrepancy_id,
        cause,
        count(*)::integer as solutions,
        min(with_discrepancy_id) as with_discrepancy_id,
        (array_agg(evidence order by with_discrepancy_id, evidence::text))[1] as evidence,
        min(action) as action,
        bool_or(books_entry) as books_entry
    from work_cause_candidates
    group by discrepancy_id, cause

)

select
    held.discrepancy_id,
    held.cause,
    counted.ways = 1 and coalesce(partner.ways, 1) = 1 as is_claimed,
    held.solutions,
    case when held.solutions = 1 then held.with_discrepancy_id end as with_discrepancy_id,
    held.evidence,
    case
        when held.books_entry and not discrepancies.aspect = any(%(entry_aspects)s::text[]) then 'accept'
        else held.action
    end as correction,
    case
        when held.books_entry and discrepancies.aspect = any(%(entry_aspects)s::text[])
            then nullif(discrepancies.delta_minor, 0)
    end as correction_minor
from held
inner join counted on held.discrepancy_id = counted.discrepancy_id
inner join work_discrepancies as discrepancies
    on held.discrepancy_id = discrepancies.discrepancy_id and discrepancies.leg = %(leg)s
left join counted as partner on held.with_discrepancy_id = partner.discrepancy_id;
