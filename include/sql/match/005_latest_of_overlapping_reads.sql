-- Keeps, of a line that several accepted reads hold, the version of the latest read.
--
-- Reason:  reads of an API overlap by a look-back; while an account is paused several wait.
delete from work_statement_lines as older
using work_statement_lines as later
where
    older.line_scope = later.line_scope
    and older.line_key = later.line_key
    and older.occurrence = later.occurrence
    and older.statement_id < later.statement_id;
