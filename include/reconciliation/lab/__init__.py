"""The lab: planted faults, kills and hostile PSPs, and what the reconciliation made of them."""
