-- The canonical lines of every statement that is proved and not yet in force.
--
-- Grain:   one row per line of such a statement; empty at first.
-- Binds:   none.
create table work_statement_lines (
    item_id bigint not null,
    payment_key text not null,
    statement_id bigint not null,
    line_scope text not null,
    line_key text not null,
    occurrence integer not null,
    provider_type text not null,
    type text not null,
    economic_type text not null,
    is_expected boolean not null,
    psp_reference text,
    event_reference text,
    merchant_reference text,
    payout_reference text,
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
    further_references jsonb
)
