-- Brings the new matches into force.
--
-- Binds:   account_id (integer), run_number (bigint), month (date), rule_version (text).
insert into internal.matches (
    match_id, account_id, leg, rule, rule_version, absorbed_minor, is_proved, first_run_number,
    published_month
)
select
    match_id,
    %(account_id)s,
    'ledger_statement',
    rule,
    %(rule_version)s,
    0,
    is_proved,
    %(run_number)s,
    %(month)s
from work_match_headers
order by match_id;
