"""The legs: which two sources are held against each other (SEMANTICS, section 1)."""

LEDGER_STATEMENT = "ledger_statement"
