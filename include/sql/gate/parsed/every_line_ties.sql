-- Lines in one currency whose gross less fee and tax is not their net.
--
-- Grain:   one row per such line, the first ten; no row means the promise holds.
-- Binds:   none.
select
    row_number,
    'net' as column_name,
    internal.money_text(gross_minor - coalesce(fee_minor, 0) - coalesce(tax_minor, 0), net_currency) as expected,
    internal.money_text(net_minor, net_currency) as found
from work_raw_rows
where
    gross_currency = net_currency
    and gross_minor - coalesce(fee_minor, 0) - coalesce(tax_minor, 0) <> net_minor
order by place
limit 10
