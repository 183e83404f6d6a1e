-- Brings the new matches into force; the keys refuse a row that is matched already.
--
-- Binds:   run_number, volume (bigint).
insert into internal.match_members (
    leg, match_id, statement_item_id, ledger_item_id, first_run_number, absorbed_minor, rule_number,
    is_proved, volume
)
select
    leg,
    match_id,
    statement_item_id,
    ledger_item_id,
    %(run_number)s,
    absorbed_minor,
    rule_number,
    is_proved,
    %(volume)s
from work_members;
