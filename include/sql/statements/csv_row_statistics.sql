-- Tells the planner how few values the expressions have by which rows find their words, times and statements.
--
-- Grain:   no rows.
-- Binds:   {{booked_time}}, {{booked_zone}}, {{fallback_time}}, {{fallback_zone}}, {{type}}, {{subtype}} and
--          {{statement}} stand for the columns, or for a NULL where the file has none. Without statistics
--          a million rows are taken for one, and converted by one process alone.
create statistics work_row_statistics (mcv) on
(coalesce({booked_time}, {fallback_time})),
(coalesce(case when {booked_time} is null then {fallback_zone} else coalesce({booked_zone}, {fallback_zone}) end, '')),
(coalesce(lower({type}), '')),
(lower(concat_ws(' / ', {type}, {subtype}))),
(coalesce({statement}, ''))
from work_file_rows
