-- Matches in force and open items: where every row of a leg stands at the head of its account.
create table internal.match_rules (
    rule_number smallint generated always as identity primary key,
    rule text not null,
    rule_version text not null,
    unique (rule, rule_version)
);

comment on table internal.match_rules is 'The rules that have made a match, with their versions.';

create table internal.match_members (
    leg text not null,
    match_id bigint not null,
    statement_item_id bigint,
    ledger_item_id bigint,
    first_run_number bigint not null,
    absorbed_minor bigint,
    rule_number smallint not null,
    is_proved boolean not null,
    volume bigint not null default 0,
    check (statement_item_id is not null or ledger_item_id is not null)
) partition by list (leg);

create table internal.match_members_ledger_statement
partition of internal.match_members for values in ('ledger_statement') partition by list (volume);
create table internal.match_members_ledger_statement_shared
partition of internal.match_members_ledger_statement for values in (0);
create unique index on internal.match_members_ledger_statement (statement_item_id, volume);
create unique index on internal.match_members_ledger_statement (ledger_item_id, volume);

-- Members lie in the order of their matches, so a few pages hold those of one.
create index on internal.match_members using brin (match_id) with (pages_per_range = 8);
create index on internal.match_members using brin (first_run_number);
comment on table internal.match_members is 'Matches in force, their members side by side: a pair is one row, a group has a row for each of its longer side. No row is matched twice on a leg: within a volume its unique indexes hold that, between volumes a look at those of the older runs while a run is published.';
comment on column internal.match_members.match_id is 'The number of its line, or for a group of rows one of its own.';
comment on column internal.match_members.statement_item_id is 'A statement line of the match; NULL where a group has more ledger rows than lines.';
comment on column internal.match_members.ledger_item_id is 'A ledger row of the match; NULL where a group has more lines than ledger rows.';
comment on column internal.match_members.absorbed_minor is 'What a tolerance gave away; NULL where none was needed.';
comment on column internal.match_members.volume is 'The partition: 0, which many runs share, or a number of its own for the matches of a large run, which joined as they stood.';
comment on column internal.match_members.is_proved is 'False where only the reference ties the two: the statement gives no amount in the payment''s currency.';

create table internal.dissolved_match_members (
    like internal.match_members,
    dissolved_run_number bigint not null
);

alter table internal.dissolved_match_members drop column volume;
create index on internal.dissolved_match_members (dissolved_run_number);
comment on table internal.dissolved_match_members is 'Members of matches that a later run dissolved, as they were.';

create table internal.open_items (
    leg text not null,
    side text not null check (side in ('statement', 'ledger')),
    item_id bigint not null,
    account_id integer not null,
    bucket text not null check (bucket in ('pending', 'discrepancy')),
    reason text not null,
    is_counted boolean not null,
    amount_minor bigint not null,
    currency text not null,
    due_at timestamptz,
    due_on date,
    opened_run_number bigint not null,
    primary key (item_id, leg)
);

create index on internal.open_items (account_id);
comment on table internal.open_items is 'The pool of open items at the head: pending or in a discrepancy.';
comment on column internal.open_items.is_counted is 'False for a row dated at or after the as-of: it is listed, and in no sum.';
