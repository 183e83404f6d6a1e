-- Matches in force and open items: where every row of a leg stands at the head of its account.
create table internal.matches (
    match_id bigint not null,
    account_id integer not null,
    leg text not null,
    rule text not null,
    rule_version text not null,
    absorbed_minor bigint not null default 0,
    is_proved boolean not null default true,
    first_run_number bigint not null,
    last_run_number bigint,
    published_month date not null
) partition by range (published_month);

-- Matches are kept in the order of their numbers, so a few pages hold any one of them.
create index on internal.matches using brin (match_id) with (pages_per_range = 8);

comment on table internal.matches is 'Lines and ledger rows that clear each other, with the rule that did it.';
comment on column internal.matches.match_id is 'The number of its line, or for a group of rows one of its own; a later match of that line is another version.';
comment on column internal.matches.is_proved is 'False where only the reference ties the two: the statement gives no amount in the payment''s currency.';

create table internal.match_members (
    leg text not null,
    match_id bigint not null,
    statement_item_id bigint,
    ledger_item_id bigint,
    check (statement_item_id is not null or ledger_item_id is not null)
);

create unique index match_members_statement on internal.match_members (statement_item_id, leg);
create unique index match_members_ledger on internal.match_members (ledger_item_id, leg);
-- Members lie in the order of their matches, so a few pages hold those of one.
create index on internal.match_members using brin (match_id) with (pages_per_range = 8);
comment on table internal.match_members is 'Members of matches in force, side by side: a pair is one row, a group has a row for each of its longer side. The unique indexes are the last guard: no row is matched twice on a leg.';
comment on column internal.match_members.statement_item_id is 'A statement line of the match; NULL where a group has more ledger rows than lines.';
comment on column internal.match_members.ledger_item_id is 'A ledger row of the match; NULL where a group has more lines than ledger rows.';

create table internal.dissolved_match_members (
    leg text not null,
    side text not null,
    item_id bigint not null,
    match_id bigint not null,
    dissolved_run_number bigint not null,
    primary key (dissolved_run_number, leg, side, item_id)
);

comment on table internal.dissolved_match_members is 'Members of matches that a later run dissolved.';

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
