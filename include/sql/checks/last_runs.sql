-- When was each check last made, so that it said whether its sentence is true?
--
-- Grain:   one row per check that is asked for.
-- Binds:   books, check_names (text[]): side by side.
select
    asked.book,
    asked.check_name,
    books.known_since,
    max(check_runs.finished_at) as checked_at,
    clock_timestamp() as now
from unnest(%(books)s::text[], %(check_names)s::text[]) as asked (book, check_name)
inner join internal.books on asked.book = books.book
left join internal.check_runs
    on
        asked.book = check_runs.book
        and asked.check_name = check_runs.check_name
        and check_runs.outcome <> 'could_not_check'
group by asked.book, asked.check_name, books.known_since
order by asked.book, asked.check_name
