-- Of the bank account's lines in force, how many and how much are claimed, and by whom?
--
-- Grain:   one row per currency.
-- Binds:   account_id, bank_account_id (integer), bank, bank_account, bank_run_id (text).
create unlogged table work_bank_lines as
with

claims as (

    select
        line_item_id,
        true as is_own
    from work_claim_changes
    where change <> 'withdrawn'
    union all
    select
        line_item_id,
        account_id = %(account_id)s
    from internal.claimed_deposits
    where
        last_run_number is null
        and item_id not in (select old_item_id from work_claim_changes where old_item_id is not null)
        and line_item_id not in (select line_item_id from work_claim_changes where change <> 'withdrawn')
        and not (account_id = %(account_id)s and (select begins from work_leg))

)

select
    %(bank)s::text as bank,
    %(bank_account)s::text as bank_account,
    %(bank_run_id)s::text as bank_run_id,
    lines.net_currency as currency,
    count(*) filter (where claims.is_own) as claimed_lines,
    coalesce(sum(lines.net_minor) filter (where claims.is_own), 0)::bigint as claimed_minor,
    count(*) filter (where not claims.is_own) as other_lines,
    coalesce(sum(lines.net_minor) filter (where not claims.is_own), 0)::bigint as other_minor,
    count(*) filter (where claims.line_item_id is null) as unclaimed_lines,
    coalesce(sum(lines.net_minor) filter (where claims.line_item_id is null), 0)::bigint as unclaimed_minor
from internal.statement_lines as lines
left join claims on lines.item_id = claims.line_item_id
where
    lines.account_id = %(bank_account_id)s
    and lines.last_run_number is null
    and lines.net_currency is not null
group by lines.net_currency;
