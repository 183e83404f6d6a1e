-- Exchange rates: whether an amount was settled at a rate, and what could not be held against one.
create function internal.settles_at(
    gross_minor bigint, settled_minor bigint, rate numeric, is_direct boolean, shift numeric
) returns boolean
language sql immutable parallel safe as $$
    -- Half a minor unit, and what the last printed decimal of the rate leaves open.
    select
        case
            when is_direct
                then
                    abs(settled_minor - gross_minor * rate * shift)
                    <= 0.5 + abs(gross_minor) * 0.5 * shift / 10::numeric ^ scale(rate)
            else
                abs(settled_minor * rate - gross_minor * shift)
                <= 0.5 * rate + abs(settled_minor) * 0.5 / 10::numeric ^ scale(rate)
        end
$$;

comment on function internal.settles_at is 'Whether a gross comes to a settled amount at a rate as it is printed: direct is settled per gross, else gross per settled; shift is ten to the power of the settled currency''s decimals less the gross''s.';

alter table internal.run_not_compared drop constraint run_not_compared_what_check;
alter table internal.run_not_compared add constraint run_not_compared_what_check
check (what in ('gross', 'fee', 'tax', 'rate'));

grant execute on function internal.settles_at to reconciliation_rw, reconciliation_ro;
