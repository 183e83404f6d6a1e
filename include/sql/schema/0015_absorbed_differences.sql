-- What tolerances let pass: per match and measure, by which rule, and how much.
create function internal.tolerated_minor(ledger_minor bigint, minor bigint, ppm bigint) returns bigint
language sql immutable parallel safe as $$
    -- least() passes over what is NULL; div() rounds down, for nothing here is negative.
    select least(minor, div(abs(ledger_minor::numeric) * ppm, 1000000)::bigint)
$$;

comment on function internal.tolerated_minor is 'How far a statement may be from the ledger''s value: a number of minor units, a share of it in parts per million rounded down, or the smaller of the two.';
grant execute on function internal.tolerated_minor to reconciliation_rw, reconciliation_ro;

create table internal.absorbed_differences (
    leg text not null,
    match_id bigint not null,
    measure text not null check (measure in ('gross', 'fee', 'tax', 'date')),
    account_id integer not null references internal.accounts,
    currency text not null,
    statement_minor bigint not null,
    ledger_minor bigint not null,
    absorbed_minor bigint not null,
    business_days integer check ((business_days is null) = (measure <> 'date')),
    exposure_minor bigint not null check (exposure_minor >= 0),
    rule_number smallint not null references internal.match_rules,
    first_run_number bigint not null references internal.runs,
    last_run_number bigint references internal.runs,
    -- What is absorbed is all of the difference.
    check (absorbed_minor = statement_minor - ledger_minor)
);

create unique index on internal.absorbed_differences (match_id, leg, measure) where last_run_number is null;
create index on internal.absorbed_differences (account_id) where last_run_number is null;
comment on table internal.absorbed_differences is 'Differences that a tolerance let pass, in versions: in force while last_run_number is null.';
grant select, insert on internal.absorbed_differences to reconciliation_rw;
grant update (last_run_number) on internal.absorbed_differences to reconciliation_rw;

create view reconciliation.absorbed_differences as
select
    accounts.psp,
    accounts.account,
    absorbed.leg,
    absorbed.match_id,
    absorbed.measure,
    absorbed.currency,
    absorbed.statement_minor,
    absorbed.ledger_minor,
    absorbed.absorbed_minor,
    absorbed.business_days,
    absorbed.exposure_minor,
    match_rules.rule,
    match_rules.rule_version,
    absorbed.last_run_number is null as is_in_force,
    first_runs.run_id as first_run_id,
    last_runs.run_id as last_run_id
from internal.absorbed_differences as absorbed
inner join internal.accounts on absorbed.account_id = accounts.account_id
inner join internal.match_rules on absorbed.rule_number = match_rules.rule_number
inner join internal.runs as first_runs on absorbed.first_run_number = first_runs.run_number
left join internal.runs as last_runs on absorbed.last_run_number = last_runs.run_number;

comment on view reconciliation.absorbed_differences is 'What tolerances let pass, match by match: one row per match and measure, also of matches that are dissolved by now.';
grant select on reconciliation.absorbed_differences to reconciliation_rw, reconciliation_ro;

comment on column reconciliation.absorbed_differences.psp is 'The PSP.';
comment on column reconciliation.absorbed_differences.account is 'The account at the PSP.';
comment on column reconciliation.absorbed_differences.leg is 'ledger_statement.';
comment on column reconciliation.absorbed_differences.match_id is 'The match that it is in.';
comment on column reconciliation.absorbed_differences.measure is 'gross, fee, tax or date.';
comment on column reconciliation.absorbed_differences.currency is 'Currency of the amounts; of a date, that of the payment.';
comment on column reconciliation.absorbed_differences.statement_minor is 'What the statement says, signed, in minor units.';
comment on column reconciliation.absorbed_differences.ledger_minor is 'What the ledger says, signed, in minor units.';
comment on column reconciliation.absorbed_differences.absorbed_minor is 'statement - ledger; its part of the identity. 0 for a date.';
comment on column reconciliation.absorbed_differences.business_days is 'Of a date, how many business days later than the rule gives; negative for earlier.';
comment on column reconciliation.absorbed_differences.exposure_minor is 'What the discrepancy would have exposed: the absolute difference; of a date the full amount where it crosses a month''s end.';
comment on column reconciliation.absorbed_differences.rule is 'The rule that let it pass.';
comment on column reconciliation.absorbed_differences.rule_version is 'The version of that rule: the matcher''s, and the criteria of each currency as they were configured.';
comment on column reconciliation.absorbed_differences.is_in_force is 'True while the match is in force and decided like this.';
comment on column reconciliation.absorbed_differences.first_run_id is 'The run that let it pass.';
comment on column reconciliation.absorbed_differences.last_run_id is 'The run that decided the match otherwise or dissolved it; NULL while in force.';

comment on column reconciliation.matches.absorbed_minor is 'What a tolerance of amounts absorbed, signed: statement - ledger. Fees, taxes and dates are in absorbed_differences.';
comment on column reconciliation.run_totals.tolerance_minor is 'What tolerances absorbed, signed; added.';
