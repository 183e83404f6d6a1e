-- Is one reference the beginning of the other, cut off at some length?
--
-- Grain:   one row per reference and length at which some other reference of these rows ends.
-- Binds:   none.
-- Formula: one is the beginning of the other and of no further one, at least eight characters, and no
--          reference of its own; what is cut off is more than filler or white space, and cuts no number
--          of less than ten digits
-- Kinds:   missing_in_ledger, chargeback_not_in_ledger, reversed_after_settlement, missing_in_statement
-- Correction: relink
-- Do:      widen the field that cuts the reference
with

lengths as (

    select distinct
        field,
        length(reference) as characters
    from work_cause_references
    where length(reference) >= 8

)

select
    named.discrepancy_id,
    named.field,
    left(named.reference, lengths.characters) as form,
    lengths.characters = length(named.reference) as is_whole
from work_cause_references as named
inner join lengths
    on
        named.field = lengths.field
        and lengths.characters <= length(named.reference)
where
    lengths.characters = length(named.reference)
    or (
        substr(named.reference, lengths.characters + 1) ~ '[^0*.#_\s-]'
        -- 1001 is no 100 that lost a digit: they are two numbers of a series.
        and not (
            substr(named.reference, lengths.characters, 2) ~ '^[0-9]{2}$'
            and length(substring(left(named.reference, lengths.characters) from '[0-9]*$'))
            + length(substring(substr(named.reference, lengths.characters + 1) from '^[0-9]*')) < 10
        )
    )
