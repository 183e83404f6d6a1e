-- Does a line in one currency, gross less fee and tax, not come to its net?
--
-- Grain:   one row.
-- Binds:   none. Conversions are tied while the raw rows are added up, where the rate is at hand.
select count(*) > 0 as is_flagged
from work_new_lines
where
    gross_currency = net_currency
    and gross_minor - fee_minor - coalesce(tax_minor, 0) <> net_minor
