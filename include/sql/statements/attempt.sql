-- Which account does the attempt read, for which window, and what did it do already?
--
-- Grain:   one row.
-- Binds:   attempt_id (bigint).
select
    attempts.attempt_id,
    attempts.account_id,
    accounts.psp,
    accounts.account,
    attempts.window_start,
    attempts.window_end,
    attempts.reprocess_from,
    attempts.fetched_at,
    attempts.rules_sha256,
    attempts.code_version,
    heads.watermark
from internal.attempts as attempts
inner join internal.accounts as accounts
    on attempts.account_id = accounts.account_id
left join internal.heads as heads
    on accounts.account_id = heads.account_id
where attempts.attempt_id = %(attempt_id)s
