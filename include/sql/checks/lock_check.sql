-- Waits until no other transaction keeps an answer of this check.
--
-- Grain:   one row without meaning.
-- Binds:   book, check_name (text).
select pg_advisory_xact_lock(hashtextextended('check:' || %(book)s || ':' || %(check_name)s, 0))
