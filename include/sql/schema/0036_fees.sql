-- Fees against the declared schedule: what each line was charged, and what it should have been.
create function internal.rounded(amount numeric, rounding text) returns bigint
language sql immutable parallel safe as $$
    select
        case rounding
            when 'down' then trunc(amount)
            when 'up' then ceil(amount)
            -- round() goes half away from zero.
            when 'half_up' then round(amount)
            when 'half_even' then
                case
                    when amount - trunc(amount) = 0.5 then trunc(amount) + mod(trunc(amount), 2)
                    else round(amount)
                end
        end::bigint
$$;

comment on function internal.rounded is 'A whole number of minor units of an amount that is 0 or more: half_even, half_up, up or down.';

create table internal.fee_differences (
    run_number bigint not null references internal.runs,
    item_id bigint not null,
    rule text not null,
    method text,
    type text not null,
    currency text not null,
    gross_minor bigint not null,
    volume_minor bigint,
    charged_minor bigint not null,
    expected_minor bigint not null,
    overcharged_minor bigint not null,
    psp_reference text,
    event_reference text,
    merchant_reference text,
    booked_at timestamptz not null,
    statement_file text,
    statement_row integer,
    primary key (run_number, item_id),
    check (overcharged_minor = charged_minor - expected_minor and overcharged_minor <> 0)
);

comment on table internal.fee_differences is 'Lines that a run brought in and that were charged another fee than the declared schedule gives.';

create table internal.run_fees (
    run_number bigint not null references internal.runs,
    currency text not null,
    lines bigint not null,
    charged_minor bigint not null,
    expected_minor bigint not null,
    overcharged_lines bigint not null,
    overcharged_minor bigint not null,
    undercharged_lines bigint not null,
    undercharged_minor bigint not null,
    lines_without_rule bigint not null,
    lines_without_fee bigint not null,
    primary key (run_number, currency),
    check (charged_minor - expected_minor = overcharged_minor + undercharged_minor)
);

comment on table internal.run_fees is 'Per run and currency: fees of the lines that it brought in against the declared schedule.';

create view reconciliation.fees as
select
    accounts.psp,
    accounts.account,
    runs.run_id,
    coalesce(heads.run_number = runs.run_number, false) as is_head,
    run_fees.currency,
    run_fees.lines,
    run_fees.charged_minor,
    run_fees.expected_minor,
    run_fees.overcharged_lines,
    run_fees.overcharged_minor,
    run_fees.undercharged_lines,
    run_fees.undercharged_minor,
    run_fees.lines_without_rule,
    run_fees.lines_without_fee
from internal.run_fees
inner join internal.runs on run_fees.run_number = runs.run_number
inner join internal.accounts on runs.account_id = accounts.account_id
left join internal.heads on runs.account_id = heads.account_id;

comment on view reconciliation.fees is 'Per run and currency: fees of the lines that the run brought in, against the schedule of the PSP''s entry. Runs of a PSP without a schedule have no row.';
comment on column reconciliation.fees.psp is 'The PSP.';
comment on column reconciliation.fees.account is 'The account at the PSP.';
comment on column reconciliation.fees.run_id is 'The run.';
comment on column reconciliation.fees.is_head is 'Whether that run is the account''s current position.';
comment on column reconciliation.fees.currency is 'Currency of gross and fee.';
comment on column reconciliation.fees.lines is 'How many lines were compared.';
comment on column reconciliation.fees.charged_minor is 'Their fees as the statement has them.';
comment on column reconciliation.fees.expected_minor is 'Their fees as the schedule gives them.';
comment on column reconciliation.fees.overcharged_lines is 'Lines that were charged more.';
comment on column reconciliation.fees.overcharged_minor is 'How much more, in all.';
comment on column reconciliation.fees.undercharged_lines is 'Lines that were charged less.';
comment on column reconciliation.fees.undercharged_minor is 'How much less, in all: 0 or below.';
comment on column reconciliation.fees.lines_without_rule is 'Lines that no rule prices: not compared.';
comment on column reconciliation.fees.lines_without_fee is 'Lines whose statement gives no fee in the currency of the gross: not compared.';

create view reconciliation.fee_differences as
select
    accounts.psp,
    accounts.account,
    runs.run_id,
    fee_differences.item_id,
    fee_differences.rule,
    fee_differences.method,
    fee_differences.type,
    fee_differences.currency,
    fee_differences.gross_minor,
    fee_differences.volume_minor,
    fee_differences.charged_minor,
    fee_differences.expected_minor,
    fee_differences.overcharged_minor,
    fee_differences.psp_reference,
    fee_differences.event_reference,
    fee_differences.merchant_reference,
    fee_differences.booked_at,
    fee_differences.statement_file,
    fee_differences.statement_row
from internal.fee_differences
inner join internal.runs on fee_differences.run_number = runs.run_number
inner join internal.accounts on runs.account_id = accounts.account_id;

comment on view reconciliation.fee_differences is 'Each line that was charged another fee than the declared schedule gives.';
comment on column reconciliation.fee_differences.psp is 'The PSP.';
comment on column reconciliation.fee_differences.account is 'The account at the PSP.';
comment on column reconciliation.fee_differences.run_id is 'The run that brought the line in.';
comment on column reconciliation.fee_differences.item_id is 'The line, as in statement_lines.';
comment on column reconciliation.fee_differences.rule is 'The rule of the schedule.';
comment on column reconciliation.fee_differences.method is 'The payment method, where the statement names it.';
comment on column reconciliation.fee_differences.type is 'The line''s type.';
comment on column reconciliation.fee_differences.currency is 'Currency of the amounts.';
comment on column reconciliation.fee_differences.gross_minor is 'The gross, signed.';
comment on column reconciliation.fee_differences.volume_minor is 'The rule''s volume of the month before the line; NULL where no tier goes by it.';
comment on column reconciliation.fee_differences.charged_minor is 'The fee on the statement.';
comment on column reconciliation.fee_differences.expected_minor is 'The fee that the schedule gives.';
comment on column reconciliation.fee_differences.overcharged_minor is 'Charged less expected: below 0 where less was charged.';
comment on column reconciliation.fee_differences.psp_reference is 'The PSP''s reference of the payment.';
comment on column reconciliation.fee_differences.event_reference is 'The PSP''s reference of the event.';
comment on column reconciliation.fee_differences.merchant_reference is 'The company''s reference.';
comment on column reconciliation.fee_differences.booked_at is 'When the line was booked.';
comment on column reconciliation.fee_differences.statement_file is 'The file that it stands in.';
comment on column reconciliation.fee_differences.statement_row is 'And its row.';

grant execute on function internal.rounded to reconciliation_rw, reconciliation_ro;
grant select, insert on internal.fee_differences, internal.run_fees to reconciliation_rw;
grant select on reconciliation.fees, reconciliation.fee_differences to reconciliation_rw, reconciliation_ro;
