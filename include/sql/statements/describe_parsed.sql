-- Which days does each statement say that it covers?
--
-- Grain:   updates the statements of the delivery whose file says it.
-- Binds:   none. Elsewhere the days of its lines stand.
update internal.statements as statements
set
    covers_from = coalesce(said.covers_from, least(statements.covers_from, said.covers_to)),
    covers_to = coalesce(said.covers_to, statements.covers_to)
from (
    select
        opened.statement_id,
        min(pages.covers_from) as covers_from,
        max(pages.covers_to) as covers_to
    from work_parsed_statements as pages
    inner join work_statements as opened
        on pages.own_key = opened.statement_key
    group by opened.statement_id
) as said
where
    statements.statement_id = said.statement_id
    and said.covers_to is not null
