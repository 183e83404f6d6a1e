-- What is left of an authorisation is open until the gateway says more: no day ends that.
--
-- Grain:   updates open rows.
update work_open_rows set
    due_at = null,
    due_on = null,
    reason = 'still_open'
where bucket = 'pending' and reason <> 'after_the_window';
