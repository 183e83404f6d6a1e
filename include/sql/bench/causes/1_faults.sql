-- Makes discrepancies of all sorts, each with its figures: explained ones, pairs, and noise.
--
-- Binds:   discrepancies, seed (integer).
create unlogged table work_faults as
select
    number,
    number %% 10 as sort,
    -- A pair has one number between two discrepancies.
    (number / 10)::text as pair,
    1000 + (hashint8(number / 10 + %(seed)s) & 65535)::bigint as gross_minor,
    31 + (hashint8(number + %(seed)s) & 255)::bigint as fee_minor
from generate_series(0, %(discrepancies)s - 1) as numbers (number);
