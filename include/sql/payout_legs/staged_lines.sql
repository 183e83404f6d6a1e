-- The staged lines, under a name that the views of a leg do not hide.
--
-- Reason:  {{parent}} is the workspace that holds them.
create view work_staged_lines as
select * from {parent}.work_line_changes;
