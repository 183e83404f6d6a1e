-- How much did this run bring, match and find?
--
-- Grain:   one row.
-- Binds:   window_start (timestamptz), head_run_number (bigint, NULL before the first run).
-- Reason:  late is what lies before the window; nothing is late in a first run. What is wrong counts
--          under the first leg that it breaks; what an authorisation has left, or a PSP has not paid
--          out yet, is no item that waits.
create unlogged table work_run_counts as
with

lines as (

    select
        count(*) filter (where change in ('new', 'changed')) as arrived,
        count(*) filter (
            where
            change = 'new'
            and booked_at < %(window_start)s
            and %(head_run_number)s::bigint is not null
        ) as late
    from work_line_changes

),

ledger_rows as (

    select
        count(*) filter (where change in ('new', 'changed')) as arrived,
        count(*) filter (
            where
            change = 'new'
            and occurred_at < %(window_start)s
            and %(head_run_number)s::bigint is not null
        ) as late
    from work_ledger_changes

)

select
    lines.arrived as statement_lines,
    lines.late as late_statement_lines,
    ledger_rows.arrived as ledger_transactions,
    ledger_rows.late as late_ledger_transactions,
    -- A match of several rows has several places.
    (select count(*) from work_members) - (select count(*) from work_match_members where place > 1) as matched,
    (select count(*) from work_existing_matches where decided_match_id is null) as dissolved,
    (select count(*) from work_open_rows where bucket = 'pending' and leg not in ('authorisation', 'statement_payout')) as pending,
    (select count(*) from work_discrepancies where change <> 'resolved' and leg = shown_under) as discrepancies
from lines
cross join ledger_rows;
