-- A claim of a bank's line that another account took over from one that has no rule any more.
--
-- A line that two accounts claim one after the other is an item of its own for each: no item is matched twice.
alter table internal.claimed_deposits add column line_item_id bigint;
update internal.claimed_deposits set line_item_id = item_id;
alter table internal.claimed_deposits alter column line_item_id set not null;
comment on column internal.claimed_deposits.line_item_id is 'The line of the bank.';
alter table internal.claimed_deposits add column taken_by_account_id integer references internal.accounts;
comment on column internal.claimed_deposits.taken_by_account_id is 'The account that took the line over, until the one that had claimed it runs again and gives it up.';

create index on internal.claimed_deposits (account_id) where taken_by_account_id is not null;
create index on internal.claimed_deposits (line_item_id);
create index on internal.claimed_deposits (item_id) where last_run_number is null;
drop index internal.claimed_deposits_in_force;
create unique index claimed_deposits_in_force on internal.claimed_deposits (line_item_id)
where last_run_number is null;

grant update (taken_by_account_id) on internal.claimed_deposits to reconciliation_rw;
