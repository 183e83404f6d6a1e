-- Which rows are matched although no reference ties them, so that every run decides them again.
create table internal.provisional_members (
    leg text not null,
    item_id bigint not null,
    match_id bigint not null,
    account_id integer not null references internal.accounts (account_id),
    side text not null check (side in ('statement', 'ledger')),
    primary key (item_id, leg)
);

create index on internal.provisional_members (account_id);
create index on internal.provisional_members (match_id);
comment on table internal.provisional_members is 'Members of matches in force that no reference stands behind, only that their amounts add up in one way alone: decided again in every run, and dissolved when a reference says otherwise.';
grant select, insert, delete on internal.provisional_members to reconciliation_rw;

comment on column reconciliation.matches.rule is 'event_reference, payment_and_amount, payment_totals, reference_without_amount, only_sum, or the tolerance: amount_within_tolerance, totals_within_tolerance.';
