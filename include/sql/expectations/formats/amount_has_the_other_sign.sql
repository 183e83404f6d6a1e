-- Which lines go the other way than their word or their type does in this format?
--
-- Grain:   one row per such line.
-- Binds:   leaving_words (text): in small letters; leaving_types, coming_types (text): those that the sign
--          alone tells apart; all with commas, since Great Expectations takes the braces of an array for
--          its own; {batch} is what it puts there: the lines under test.
with

lines as (

    select * from {batch}

),

signed as (

    select
        lines.*,
        coalesce(lines.net_minor, lines.gross_minor) as amount_minor
    from lines

)

select
    signed.statement_file,
    signed.statement_row,
    signed.provider_type,
    signed.type,
    signed.amount_minor,
    coalesce(signed.net_currency, signed.gross_currency) as currency
from signed
where
    (
        signed.amount_minor > 0
        and (
            lower(signed.provider_type) = any(string_to_array(%(leaving_words)s, ','))
            or signed.type = any(string_to_array(%(leaving_types)s, ','))
        )
    )
    or (signed.amount_minor < 0 and signed.type = any(string_to_array(%(coming_types)s, ',')))
