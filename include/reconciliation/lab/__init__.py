"""The lab: simulated payments, planted faults, and what the pipeline reports of them."""
