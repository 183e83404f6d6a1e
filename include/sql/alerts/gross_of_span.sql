-- How much statement gross did the ledger have to answer for, from the oldest open discrepancy on?
--
-- Grain:   one row per currency that has an open discrepancy at the heads of the PSP; 0 where no
--          line falls into the span.
-- Binds:   psp (text). The span is half-open: [oldest open discrepancy, as-of of the account's head).
with

spans as (

    select
        heads.account_id,
        heads.as_of,
        discrepancy_versions.currency,
        min(discrepancy_versions.occurred_at) as open_since
    from internal.accounts
    inner join internal.heads on accounts.account_id = heads.account_id
    inner join internal.discrepancy_versions on heads.run_number = discrepancy_versions.run_number
    where
        accounts.psp = %(psp)s
        and discrepancy_versions.status = 'open'
        and discrepancy_versions.change <> 'resolved'
        and discrepancy_versions.currency is not null
    group by heads.account_id, heads.as_of, discrepancy_versions.currency

),

oldest as (

    select
        currency,
        min(open_since) as open_since
    from spans
    group by currency

)

select
    oldest.currency,
    coalesce(sum(abs(statement_lines.gross_minor)), 0)::bigint as gross_minor
from oldest
cross join internal.accounts
inner join internal.heads on accounts.account_id = heads.account_id
left join internal.statement_lines
    on
        accounts.account_id = statement_lines.account_id
        and oldest.currency = statement_lines.gross_currency
        and statement_lines.last_run_number is null
        and statement_lines.is_expected
        and statement_lines.booked_at >= oldest.open_since
        and statement_lines.booked_at < heads.as_of
where accounts.psp = %(psp)s
group by oldest.currency
order by oldest.currency
