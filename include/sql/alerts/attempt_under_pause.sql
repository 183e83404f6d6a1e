-- Whose run is this, who asked for it, and may it go on while the PSP is paused?
--
-- Grain:   one row, or none when there is no such attempt.
-- Binds:   attempt_id (bigint).
select
    attempts.account_id,
    accounts.psp,
    accounts.account,
    attempts.trigger,
    attempts.include_paused,
    attempts.requested_by,
    attempts.request_note
from internal.attempts
inner join internal.accounts on attempts.account_id = accounts.account_id
where attempts.attempt_id = %(attempt_id)s
