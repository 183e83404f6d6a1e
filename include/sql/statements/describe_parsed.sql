-- Which days does each statement say that it covers?
--
-- Grain:   updates the statements of the delivery whose file says it.
-- Binds:   none. Elsewhere the days of its lines stand.
-- Reason:  a day that was not over when the file came is not covered, whatever the file says: a period may
--          end with the month. An end beyond that is a slip of the pen, and the days of the lines stand. A day
--          that is over anywhere has begun in UTC. A line that is dated more than two weeks before the day of
--          the opening balance is a slip as well.
update internal.statements as statements
set
    covers_from = coalesce(
        said.covers_from,
        case
            when statements.covers_from < said.opened_on - 14 then least(said.opened_on, said.covers_to)
            else least(statements.covers_from, said.covers_to)
        end
    ),
    covers_to = least(said.covers_to, said.received_on)
from (
    select
        opened.statement_id,
        min(pages.covers_from) as covers_from,
        min(pages.opened_on) as opened_on,
        max(pages.covers_to) as covers_to,
        (max(deliveries.received_at) at time zone 'UTC')::date as received_on
    from work_parsed_statements as pages
    inner join work_statements as opened
        on pages.own_key = opened.statement_key
    inner join internal.statements as own
        on opened.statement_id = own.statement_id
    inner join internal.deliveries
        on own.delivery_id = deliveries.delivery_id
    group by opened.statement_id
) as said
where
    statements.statement_id = said.statement_id
    and said.covers_to <= said.received_on + 31
    and coalesce(said.covers_from, said.received_on) <= said.received_on
