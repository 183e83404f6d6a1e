-- Makes an empty calendar: no day is compared.
create unlogged table work_calendar (day date, settles_on date);
