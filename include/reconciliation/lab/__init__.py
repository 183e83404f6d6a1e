"""The lab: what the pipeline is put through, and what of it was survived."""
