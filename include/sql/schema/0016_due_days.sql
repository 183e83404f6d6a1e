-- When a row becomes a discrepancy: of a line by its type, of a ledger row by its own due day.
create function internal.line_due_at(
    type text, dated_at timestamptz, dated_on date, next_business_day date, zone text,
    statement_grace interval
) returns timestamptz
language sql stable parallel safe as $$
    select
        case
            -- The provider's own doing: the ledger hears of it a business day later.
            when type in ('chargeback', 'reversal')
                then timezone(zone, coalesce(next_business_day, dated_on + 1) + timezone(zone, dated_at)::time)
            else dated_at + statement_grace
        end
$$;

comment on function internal.line_due_at is 'When a statement line that no ledger row matches is a discrepancy.';

create or replace function internal.due_at(
    settles_on date, calendar_due_at timestamptz, zone text, ledger_grace interval
) returns timestamptz
language sql stable parallel safe as $$
    select
        case
            when settles_on is null then calendar_due_at
            else
                -- Of a midnight that comes twice the first ends the day.
                timezone(zone, (settles_on + 1)::timestamp - interval '1 microsecond')
                + interval '1 microsecond' + ledger_grace
        end
$$;

grant execute on function internal.line_due_at to reconciliation_rw, reconciliation_ro;

comment on column reconciliation.pending_items.due_at is 'From when on it is a discrepancy, unless its other side comes; where a statement is awaited, once that has come without it.';
comment on column reconciliation.pending_items.due_on is 'The day on which it should clear, in the PSP''s zone: of a ledger row its settlement day, of a statement line the day on which its grace ends.';
