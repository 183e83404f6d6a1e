-- Which members are of matches that are no plain pairs, and whose fees were compared apart from a new match?
--
-- Grain:   work_proof_groups has a row per place in a match; work_proof_fees a row per pair
--          of rows that differ, or whose match stays as it was.
-- Binds:   none; reads the workspace.
-- Reason:  few of many rows: the planner must know how few before it joins them.
create unlogged table work_proof_groups as
select
    match_id,
    statement_item_id,
    ledger_item_id,
    absorbed_minor,
    rule_number,
    is_proved
from work_members
where match_id in (select match_id from work_hard where state = 'matched');

create unlogged table work_proof_fees as
select
    statement_item_id,
    ledger_item_id,
    fee_currency,
    statement_fee_minor,
    ledger_fee_minor,
    statement_tax_minor,
    ledger_tax_minor
from work_pairs
where not is_matched and has_comparable_fees
union all
select
    pairs.statement_item_id,
    pairs.ledger_item_id,
    pairs.fee_currency,
    pairs.statement_fee_minor,
    pairs.ledger_fee_minor,
    pairs.statement_tax_minor,
    pairs.ledger_tax_minor
from work_existing_matches
inner join work_pairs as pairs on work_existing_matches.decided_match_id = pairs.statement_item_id
where pairs.is_matched and pairs.has_comparable_fees;
