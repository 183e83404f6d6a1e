-- Notes what tolerances let pass for the first time in this run.
--
-- Binds:   account_id (integer), leg (text), run_number (bigint).
-- Reason:  a match that stays keeps its number, and what was noted of it by an earlier version.
insert into internal.absorbed_differences (
    leg, match_id, measure, account_id, currency, statement_minor, ledger_minor, absorbed_minor,
    business_days, exposure_minor, rule_number, first_run_number
)
select
    %(leg)s,
    coalesce(existing.match_id, work_absorbed.match_id),
    work_absorbed.measure,
    %(account_id)s,
    work_absorbed.currency,
    work_absorbed.statement_minor,
    work_absorbed.ledger_minor,
    work_absorbed.absorbed_minor,
    work_absorbed.business_days,
    work_absorbed.exposure_minor,
    match_rules.rule_number,
    %(run_number)s
from work_absorbed
left join work_existing_matches as existing on work_absorbed.match_id = existing.decided_match_id
left join internal.match_rules
    on
        work_absorbed.rule = match_rules.rule
        and work_absorbed.rule_version = match_rules.rule_version
where
    not exists (
        select from internal.absorbed_differences as kept
        where
            kept.leg = %(leg)s
            and kept.match_id = coalesce(existing.match_id, work_absorbed.match_id)
            and kept.measure = work_absorbed.measure
            and kept.last_run_number is null
    );
