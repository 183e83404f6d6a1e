-- An account and an attempt for files that are only tried; they are rolled back with the rest.
--
-- Grain:   one row.
-- Binds:   name (text): of the account, which no other one has.
with

account as (

    insert into internal.accounts (psp, account)
    values ('statement check', %(name)s)
    returning account_id

)

insert into internal.attempts (
    account_id, airflow_run_id, trigger, window_start, window_end, as_of, dry_run, include_paused,
    code_version, rules_sha256, rules
)
select
    account_id,
    'statement check',
    'command',
    '2000-01-01',
    '2000-01-02',
    '2000-01-02',
    true,
    true,
    '',
    '',
    '{}'
from account
returning
    attempt_id,
    account_id
