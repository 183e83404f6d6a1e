-- What PSPs delivered: deliveries (bytes), statements (accepted or refused) and their lines.
create table internal.deliveries (
    delivery_id bigint generated always as identity primary key,
    account_id integer not null references internal.accounts,
    content_sha256 text not null check (content_sha256 ~ '^[0-9a-f]{64}$'),
    name text not null,
    size_bytes bigint not null check (size_bytes >= 0),
    -- For an API read: the range asked for and the pages; empty for a file.
    read_from timestamptz,
    read_to timestamptz,
    received_at timestamptz not null default clock_timestamp(),
    times_seen integer not null default 1,
    gated_at timestamptz,
    unique (account_id, content_sha256)
);

comment on table internal.deliveries is 'One row per distinct bytes received for an account; the same bytes again only count up.';

create table internal.statements (
    statement_id bigint generated always as identity primary key,
    account_id integer not null references internal.accounts,
    delivery_id bigint not null references internal.deliveries,
    attempt_id bigint references internal.attempts,
    statement_key text not null,
    sequence_number bigint,
    version_stamp text,
    format text not null,
    state text not null check (state in ('accepted', 'in_force', 'superseded', 'quarantined', 'late_version', 'corrected')),
    reason_code text,
    quarantine_reason text,
    notices text[] not null default '{}',
    proved_by text not null,
    covers_from date,
    covers_to date,
    covers_until timestamptz,
    lines integer not null default 0,
    gated_at timestamptz not null default clock_timestamp(),
    first_run_number bigint,
    check ((state = 'quarantined') <= (reason_code is not null and quarantine_reason is not null))
);

create index on internal.statements (account_id, statement_key);
create unique index statements_in_force on internal.statements (account_id, statement_key)
where state = 'in_force';

comment on table internal.statements is 'What the gate said of each statement in a delivery.';
comment on column internal.statements.state is 'accepted: proved, waits for its run. in_force: published. superseded: an amendment replaced it. quarantined: refused whole. corrected: refused, and a good one has come since. late_version: older than the one in force.';
comment on column internal.statements.covers_to is 'Last business day (in the zone of the PSP) that the statement proves, inclusive.';

create table internal.statement_control_totals (
    statement_id bigint not null references internal.statements on delete cascade,
    currency text not null,
    measure text not null,
    control_minor bigint not null,
    lines integer not null,
    primary key (statement_id, currency, measure)
);

comment on table internal.statement_control_totals is 'Totals read from the raw rows, apart from the canonical lines, that the identities are tied to.';

create sequence internal.item_ids cache 1000;
comment on sequence internal.item_ids is 'Numbers findings, and matches of groups.';

create sequence internal.load_ids;
comment on sequence internal.load_ids is 'Numbers what is read at once. Statement lines and ledger rows alike are known by the number of their load, times 2^32, plus their place in it: unlike a sequence per row, it lets two processes convert them side by side.';

create function internal.payment_key_of(
    psp_reference text, merchant_reference text, line_scope text, line_key text, occurrence integer
) returns text
language sql immutable parallel safe as $$
    select coalesce(
        psp_reference,
        'merchant:' || merchant_reference,
        'line:' || line_scope || ':' || line_key || ':' || occurrence::text
    )
$$;

comment on function internal.payment_key_of is 'The payment that a statement line belongs to: what its rows are found together by.';

create table internal.statement_lines (
    item_id bigint not null,
    account_id integer not null,
    statement_id bigint not null,
    line_scope text not null,
    line_key text not null,
    occurrence integer not null,
    provider_type text not null,
    type text not null,
    economic_type text not null,
    is_expected boolean not null,
    payment_key text not null,
    psp_reference text,
    event_reference text,
    merchant_reference text,
    payout_reference text,
    further_references jsonb,
    gross_minor bigint,
    gross_currency text,
    fee_minor bigint,
    tax_minor bigint,
    net_minor bigint,
    net_currency text,
    booked_at timestamptz not null,
    booked_on date not null,
    source_zone text not null,
    value_date date,
    row_number integer not null,
    first_run_number bigint not null,
    last_run_number bigint,
    volume bigint not null
) partition by list (volume);

-- Texts are sorted and found by their hashes, in half the time; who looks one up names both.
create unique index statement_lines_in_force
on internal.statement_lines (
    hashtextextended(line_key, 0), line_key, occurrence, line_scope, account_id, volume
)
where last_run_number is null;
create index on internal.statement_lines (account_id, line_scope) where last_run_number is null;
create unique index on internal.statement_lines (item_id, volume);
create index on internal.statement_lines (hashtextextended(payment_key, 0));
create index on internal.statement_lines (hashtextextended(event_reference, 0));
create index on internal.statement_lines using brin (booked_at);

comment on column internal.statement_lines.volume is 'The partition: the month of publication (202611) that many runs share, or the first item_id of a large load, whose table joined as it stood.';
comment on table internal.statement_lines is 'Canonical statement lines, in versions: in force while last_run_number is null.';
comment on column internal.statement_lines.line_scope is 'What line_key and occurrence are unique in: the statement''s own key, or the account where the provider numbers its lines.';
comment on column internal.statement_lines.type is 'payment, refund, chargeback, reversal, fee, adjustment, reserve, reserve_hold, reserve_release, conversion, payout, balance, bank_entry, unknown.';
comment on column internal.statement_lines.economic_type is 'The type whose total the row belongs to: a reversal of a capture counts with payments, of a refund with refunds.';
comment on column internal.statement_lines.further_references is 'Other references as pairs of kind and value, since a kind may repeat: [["end_to_end", "..."]]; NULL where there are none.';
comment on column internal.statement_lines.gross_minor is 'Signed from the company''s side, in the payment''s currency; NULL where the statement gives only the settlement currency.';
comment on column internal.statement_lines.fee_minor is 'A positive cost in net_currency.';
