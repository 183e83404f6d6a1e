-- Notes a file that is tried.
--
-- Grain:   one row.
-- Binds:   account_id (integer), content_sha256 (text), name (text), size_bytes (bigint).
insert into internal.deliveries (account_id, content_sha256, name, size_bytes)
values (%(account_id)s, %(content_sha256)s, %(name)s, %(size_bytes)s)
returning delivery_id
