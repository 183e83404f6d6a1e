-- When was each check last made, so that it said whether its sentence is true? When over all of its book?
--
-- Grain:   one row per check that is asked for.
-- Binds:   books, check_names (text[]): side by side.
select
    asked.book,
    asked.check_name,
    coalesce(last_one.finished_at, books.known_since) as waiting_since,
    last_one.finished_at as checked_at,
    coalesce(last_whole.finished_at, books.known_since) as waiting_for_all_since,
    last_whole.finished_at as all_checked_at,
    clock_timestamp() as now
from unnest(%(books)s::text[], %(check_names)s::text[]) as asked (book, check_name)
inner join internal.books on asked.book = books.book
left join lateral (
    select check_runs.finished_at
    from internal.check_runs
    where
        check_runs.book = asked.book
        and check_runs.check_name = asked.check_name
        and check_runs.outcome <> 'could_not_check'
    order by check_runs.finished_at desc
    limit 1
) as last_one on true
left join lateral (
    select check_runs.finished_at
    from internal.check_runs
    where
        check_runs.book = asked.book
        and check_runs.check_name = asked.check_name
        and check_runs.outcome <> 'could_not_check'
        and check_runs.window_start is null
    order by check_runs.finished_at desc
    limit 1
) as last_whole on true
order by asked.book, asked.check_name
