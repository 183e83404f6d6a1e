-- Which contents has the account delivered before?
--
-- Grain:   one row per content that is known.
-- Binds:   account_id (integer), contents (text[]): SHA-256 values.
select
    content_sha256,
    name
from internal.deliveries
where
    account_id = %(account_id)s
    and content_sha256 = any(%(contents)s::text[])
order by content_sha256
