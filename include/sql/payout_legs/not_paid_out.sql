-- What waits for a payout waits until the PSP says more.
--
-- Grain:   updates open rows.
update work_open_rows set
    due_at = null,
    due_on = null,
    reason = 'not_paid_out'
where bucket = 'pending' and reason <> 'after_the_window';
