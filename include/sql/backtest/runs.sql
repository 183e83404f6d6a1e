-- Which published runs lie in the span, and which stood right before them?
--
-- Grain:   one row per run of an account that has any in the span, in the order of its chain; the run before
--          the span, where there is one, is no part of it (is_start).
-- Binds:   span_from, span_to (timestamptz), psp, account (text; NULL for all).
-- Reason:  a run belongs to the instant at which its window ends. One that decided an earlier interval again
--          keeps the as-of of its head, so that the as-ofs of a chain never go back.
with

chains as (

    select
        runs.*,
        runs.as_of > %(span_from)s::timestamptz and runs.as_of <= %(span_to)s::timestamptz as is_in_span
    from internal.runs
    where runs.is_published

),

spans as (

    select
        chains.account_id,
        min(chains.run_number) as first_run_number,
        max(chains.run_number) as last_run_number
    from chains
    inner join internal.accounts on chains.account_id = accounts.account_id
    where
        chains.is_in_span
        and (%(psp)s::text is null or accounts.psp = %(psp)s)
        and (%(account)s::text is null or accounts.account = %(account)s)
    group by chains.account_id

)

select
    chains.run_number,
    chains.run_id,
    chains.account_id,
    accounts.psp,
    accounts.account,
    chains.attempt_id,
    chains.as_of,
    coalesce(attempts.matched_at, chains.published_at) as matched_at,
    chains.code_version,
    attempts.rules,
    attempts.rules_sha256,
    chains.run_number < spans.first_run_number as is_start,
    exists (
        select from internal.correction_log as applied
        where
            applied.account_id = chains.account_id
            and applied.event = 'applied'
            and applied.object_kind in ('discrepancy', 'correction')
            and applied.sequence_number <= chains.log_sequence_number
    ) as knows_corrections
from spans
inner join chains on spans.account_id = chains.account_id
inner join internal.accounts on spans.account_id = accounts.account_id
inner join internal.attempts on chains.attempt_id = attempts.attempt_id
where
    chains.run_number <= spans.last_run_number
    and chains.run_number >= coalesce(
        (
            select max(earlier.run_number) from chains as earlier
            where earlier.account_id = spans.account_id and earlier.run_number < spans.first_run_number
        ),
        spans.first_run_number
    )
order by accounts.psp, accounts.account, chains.run_number
