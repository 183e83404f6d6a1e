-- Which lines of the bank are whose, for the report.
--
-- Grain:   one row per currency. {{bank}} is the part of the workspace of payout_bank.
create table work_told_bank_lines as
select * from {bank}.work_bank_lines;
