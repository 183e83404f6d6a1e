-- Forgets the reserves of a leg that begins again: all of them are counted anew.
--
-- Grain:   deletes days.
-- Binds:   account_id (integer).
delete from internal.reserve_days
where account_id = %(account_id)s and (select begins from work_leg);
