-- What does each type word of the file mean?
--
-- Grain:   one row per word as written, in small letters, in work_types; `word` is without the blanks around
--          it, by which lines are known.
-- Binds:   types (jsonb): {word: [type, economic type, type of a negative line or null]}; expected
--          (text[]): types that the ledger is expected to have; not_lines (text[]): types of rows that
--          are balances and sums.
create unlogged table work_types as
select
    words.type_word,
    words.word,
    coalesce(entry.meaning ->> 0, 'unknown') as type,
    coalesce(entry.meaning ->> 1, 'unknown') as economic_type,
    coalesce(entry.meaning ->> 2, entry.meaning ->> 0, 'unknown') as negative_type,
    coalesce(entry.meaning ->> 2, entry.meaning ->> 1, 'unknown') as negative_economic_type,
    coalesce(entry.meaning ->> 0 = any(%(expected)s::text[]), false) as is_expected,
    coalesce(coalesce(entry.meaning ->> 2, entry.meaning ->> 0) = any(%(expected)s::text[]), false)
        as is_negative_expected,
    coalesce(entry.meaning ->> 0 <> all(%(not_lines)s::text[]), true) as is_line
from (
    select distinct
        type_word,
        btrim(regexp_replace(type_word, '\s+', ' ', 'g')) as word
    from work_control
) as words
cross join lateral (
    -- A subtype that is not listed leaves the meaning of its type.
    select coalesce(%(types)s::jsonb -> words.word, %(types)s::jsonb -> split_part(words.word, ' / ', 1)) as meaning
) as entry
