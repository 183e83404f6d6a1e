-- Tells a leg under which event, and under which leg, its discrepancies are shown.
--
-- Grain:   updates discrepancies of the leg. {{leg}} is its part of the workspace.
-- Reason:  its rows are written down from there, as a proof.
update {leg}.work_discrepancies as own set
    event_id = found.event_id,
    shown_under = found.shown_under
from work_discrepancies as found
where
    own.discrepancy_id = found.discrepancy_id
    and (own.event_id, own.shown_under) <> (found.event_id, found.shown_under);
