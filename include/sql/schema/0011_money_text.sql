-- How an amount reads: "-1234.50 BRL". For explanations only; nothing is computed from it.
create function internal.money_text(minor bigint, currency text) returns text
language sql stable parallel safe set search_path = pg_catalog, internal as $$
    select
        case when minor < 0 then '-' else '' end
        || case coalesce(exponent, 0)
            when 0 then digits
            else
                -- lpad would cut what is longer than it asks for.
                left(lpad(digits, greatest(length(digits), exponent + 1), '0'), -exponent)
                || '.' || right(lpad(digits, greatest(length(digits), exponent + 1), '0'), exponent)
        end
        || ' ' || money_text.currency
    from (select abs(minor)::text as digits) as written
    left join internal.currencies on currencies.code = money_text.currency
$$;

comment on function internal.money_text is 'An amount of minor units as text in major units with its currency.';

create index on internal.discrepancy_versions (discrepancy_id);
create index on internal.discrepancy_identities (account_id, member_key);

grant execute on function internal.money_text to reconciliation_rw, reconciliation_ro;
