-- Notes that a content was delivered: a new one is a row, a known one is counted.
--
-- Grain:   one row: whether it is new.
-- Binds:   account_id (integer), content_sha256 (text), name (text), size_bytes (bigint), read_from and
--          read_to (timestamptz): the range of an API read, NULL for a file.
insert into internal.deliveries (account_id, content_sha256, name, size_bytes, read_from, read_to)
values (%(account_id)s, %(content_sha256)s, %(name)s, %(size_bytes)s, %(read_from)s, %(read_to)s)
on conflict (account_id, content_sha256) do update
set times_seen = deliveries.times_seen + 1
returning times_seen = 1 as is_new
