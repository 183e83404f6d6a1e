-- Does a line in one currency, gross less fee and tax, not come to its net?
--
-- Grain:   one row.
-- Binds:   none. Reads work_line_days. Conversions are tied while the raw rows are added up, where the
--          rate is at hand.
select bool_or(has_untied_line) as is_flagged
from work_line_days
