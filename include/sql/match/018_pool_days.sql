-- Between which days (in the PSP's zone) does anything lie that this run may look at?
--
-- Grain:   one row.
-- Binds:   account_id (integer), zone (text), as_of (timestamptz), look_back (interval).
-- Reason:  no ledger row is older than the look-back of the account's first run, nor later than that
--          of this one; lines are dated by their statement or read.
select
    least(
        timezone(%(zone)s, (select first_occurred_at from work_extract_summary))::date,
        timezone(%(zone)s, (
            select min(runs.window_start) from internal.runs where runs.account_id = %(account_id)s
        ) - %(look_back)s)::date,
        (select min(covers_from) from internal.statements where account_id = %(account_id)s),
        timezone(%(zone)s, (
            select min(read_from) from internal.deliveries where account_id = %(account_id)s
        ))::date,
        timezone(%(zone)s, %(as_of)s)::date
    ) - 1 as first_day,
    greatest(
        timezone(%(zone)s, (select last_occurred_at from work_extract_summary))::date,
        timezone(%(zone)s, %(as_of)s + %(look_back)s)::date
    ) + 1 as last_day;
