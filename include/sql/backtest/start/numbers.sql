-- Goes on numbering far after what the warehouse has numbered.
--
-- Grain:   one row without meaning.
-- Binds:   item_ids, load_ids (bigint).
-- Reason:  a row keeps its number in the replay; what it finds must not have the number of another.
select
    setval('internal.item_ids', %(item_ids)s + 1000000),
    setval('internal.load_ids', %(load_ids)s + 1000)
