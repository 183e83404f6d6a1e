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

oldest as materialized (

    select
        currency,
        min(open_since) as open_since
    from spans
    group by currency

),

beginnings as (

    -- What has no moment, such as a gap in the statements, spans no line; thresholds can't be null.
    select
        array_agg(distinct open_since order by open_since)
            filter (where open_since is not null) as instants
    from oldest

),

-- One pass over the lines, whatever the number of currencies.
sums as (

    select
        statement_lines.gross_currency as currency,
        width_bucket(statement_lines.booked_at, (select instants from beginnings)) as place,
        sum(abs(statement_lines.gross_minor)) as gross_minor
    from internal.accounts
    inner join internal.heads on accounts.account_id = heads.account_id
    inner join internal.statement_lines
        on
            accounts.account_id = statement_lines.account_id
            and statement_lines.last_run_number is null
            and statement_lines.is_expected
            and statement_lines.booked_at >= (select min(open_since) from oldest)
            and statement_lines.booked_at < heads.as_of
    where accounts.psp = %(psp)s
    group by currency, place

)

select
    oldest.currency,
    coalesce(
        sum(sums.gross_minor) filter (where sums.place >= array_position(beginnings.instants, oldest.open_since)),
        0
    )::bigint as gross_minor
from oldest
cross join beginnings
left join sums on oldest.currency = sums.currency
group by oldest.currency
order by oldest.currency
