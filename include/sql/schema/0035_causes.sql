-- Causes: which formula explains an open discrepancy, with the figures that were put into it.
create table internal.discrepancy_causes (
    run_number bigint not null references internal.runs,
    discrepancy_id text not null,
    cause text not null,
    is_claimed boolean not null,
    solutions integer not null check (solutions > 0),
    with_discrepancy_id text,
    evidence jsonb not null,
    correction text not null,
    correction_minor bigint,
    primary key (run_number, discrepancy_id, cause),
    foreign key (run_number, discrepancy_id) references internal.discrepancy_versions
);

comment on table internal.discrepancy_causes is 'The formulas that hold for a discrepancy in a run. One is claimed when it holds in one way and no other holds; else all of them are candidates.';

create table internal.run_causes (
    run_number bigint not null references internal.runs,
    cause text,
    currency text not null,
    discrepancies bigint not null,
    new_discrepancies bigint not null,
    exposure_minor bigint not null,
    delta_minor bigint not null,
    correction text,
    correction_minor bigint,
    unique nulls not distinct (run_number, cause, currency)
);

comment on table internal.run_causes is 'Per run, cause and currency: how much of what is open is explained; the row without a cause is the rest.';
comment on column internal.run_causes.cause is 'NULL: no formula, or more than one, explains these.';

create view reconciliation.causes as
select
    accounts.psp,
    accounts.account,
    runs.run_id,
    coalesce(heads.run_number = runs.run_number, false) as is_head,
    run_causes.cause,
    run_causes.currency,
    run_causes.discrepancies,
    run_causes.new_discrepancies,
    run_causes.exposure_minor,
    run_causes.delta_minor,
    run_causes.correction,
    run_causes.correction_minor
from internal.run_causes
inner join internal.runs on run_causes.run_number = runs.run_number
inner join internal.accounts on runs.account_id = accounts.account_id
left join internal.heads on runs.account_id = heads.account_id;

comment on view reconciliation.causes is 'Why the money differs: per run, cause and currency what the cause explains of the open discrepancies; the row without a cause is what nothing explains.';
comment on column reconciliation.causes.psp is 'The PSP.';
comment on column reconciliation.causes.account is 'The account at the PSP.';
comment on column reconciliation.causes.run_id is 'The run that found it.';
comment on column reconciliation.causes.is_head is 'Whether that run is the account''s current position.';
comment on column reconciliation.causes.cause is 'The formula; docs/causes.md has each. NULL: none holds, or more than one does.';
comment on column reconciliation.causes.currency is 'Currency of the amounts; currencies are never added.';
comment on column reconciliation.causes.discrepancies is 'How many open discrepancies it explains.';
comment on column reconciliation.causes.new_discrepancies is 'How many of them this run was the first to see.';
comment on column reconciliation.causes.exposure_minor is 'Their money at risk, in minor units.';
comment on column reconciliation.causes.delta_minor is 'Their statement less ledger, signed.';
comment on column reconciliation.causes.correction is 'The action of correct_discrepancy that puts it right.';
comment on column reconciliation.causes.correction_minor is 'The entries in all, signed; NULL where the action books none.';

create view reconciliation.cause_members as
select
    accounts.psp,
    accounts.account,
    runs.run_id,
    coalesce(heads.run_number = runs.run_number, false) as is_head,
    discrepancy_causes.discrepancy_id,
    discrepancy_versions.leg,
    discrepancy_versions.kind,
    discrepancy_versions.change,
    discrepancy_versions.status,
    discrepancy_causes.cause,
    discrepancy_causes.is_claimed,
    discrepancy_causes.solutions,
    discrepancy_causes.with_discrepancy_id,
    discrepancy_versions.currency,
    discrepancy_versions.exposure_minor,
    discrepancy_versions.delta_minor,
    discrepancy_versions.psp_reference,
    discrepancy_versions.merchant_reference,
    discrepancy_causes.evidence,
    discrepancy_causes.correction,
    discrepancy_causes.correction_minor
from internal.discrepancy_causes
inner join internal.discrepancy_versions
    on
        discrepancy_causes.run_number = discrepancy_versions.run_number
        and discrepancy_causes.discrepancy_id = discrepancy_versions.discrepancy_id
inner join internal.runs on discrepancy_causes.run_number = runs.run_number
inner join internal.accounts on runs.account_id = accounts.account_id
left join internal.heads on runs.account_id = heads.account_id;

comment on view reconciliation.cause_members is 'Each discrepancy that a formula holds for, with the figures that were put into it: claimed, or a candidate beside others.';
comment on column reconciliation.cause_members.psp is 'The PSP.';
comment on column reconciliation.cause_members.account is 'The account at the PSP.';
comment on column reconciliation.cause_members.run_id is 'The run that found it.';
comment on column reconciliation.cause_members.is_head is 'Whether that run is the account''s current position.';
comment on column reconciliation.cause_members.discrepancy_id is 'The discrepancy.';
comment on column reconciliation.cause_members.leg is 'Its leg.';
comment on column reconciliation.cause_members.kind is 'Its kind.';
comment on column reconciliation.cause_members.change is 'What became of it in this run.';
comment on column reconciliation.cause_members.status is 'What is being done about it.';
comment on column reconciliation.cause_members.cause is 'The formula that holds.';
comment on column reconciliation.cause_members.is_claimed is 'False: another formula holds too, or this one in more than one way, so nothing is claimed.';
comment on column reconciliation.cause_members.solutions is 'In how many ways the formula holds.';
comment on column reconciliation.cause_members.with_discrepancy_id is 'The other discrepancy of a pair that has one cause.';
comment on column reconciliation.cause_members.currency is 'Currency of the amounts.';
comment on column reconciliation.cause_members.exposure_minor is 'Money at risk, in minor units.';
comment on column reconciliation.cause_members.delta_minor is 'Statement less ledger, signed.';
comment on column reconciliation.cause_members.psp_reference is 'The PSP''s reference of the payment.';
comment on column reconciliation.cause_members.merchant_reference is 'The company''s reference of it.';
comment on column reconciliation.cause_members.evidence is 'The figures that were put into the formula, by name, as JSON.';
comment on column reconciliation.cause_members.correction is 'The action of correct_discrepancy that puts it right.';
comment on column reconciliation.cause_members.correction_minor is 'The entry, signed; NULL where the action books none.';

grant select, insert on internal.discrepancy_causes, internal.run_causes to reconciliation_rw;
grant select on reconciliation.causes, reconciliation.cause_members to reconciliation_rw, reconciliation_ro;
