-- Which rows are matched by an order or a batch that both sides name, beyond their own payments.
create table internal.shared_key_members (
    leg text not null,
    item_id bigint not null,
    match_id bigint not null,
    account_id integer not null references internal.accounts (account_id),
    payment_key text not null,
    shared_key text not null,
    primary key (item_id, leg)
);

create index on internal.shared_key_members (account_id);
create index on internal.shared_key_members (match_id);
comment on table internal.shared_key_members is 'Members of matches in force by an order or a batch that both sides name: what touches one payment of such a match touches all of them.';
grant select, insert, delete on internal.shared_key_members to reconciliation_rw;

comment on column reconciliation.matches.rule is 'event_reference, payment_and_amount, payment_totals, reference_without_amount, order_and_amount, order_totals, batch_totals, only_sum, or what is tolerated: amount_within_tolerance, totals_within_tolerance, declared_over_capture.';
