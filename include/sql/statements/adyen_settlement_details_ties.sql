-- Does a line in one currency, gross less fee, not come to its net?
--
-- Grain:   one row.
-- Binds:   none. Conversions are tied while the raw rows are added up, where the rate is at hand.
select count(*) > 0 as is_flagged
from work_statement_lines as lines
inner join work_statements as statements
    on lines.statement_id = statements.statement_id
where
    lines.gross_currency = lines.net_currency
    and lines.gross_minor - lines.fee_minor <> lines.net_minor
