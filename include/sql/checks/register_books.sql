-- Which books are known from now on, because they have invariants?
--
-- Grain:   no rows; adds one row per book that is missing.
-- Binds:   books (text[]).
insert into internal.books (book)
select named.book
from unnest(%(books)s::text[]) as named (book)
order by named.book
on conflict (book) do nothing
