"""The file of reference rates that a PSP names, as it was when the run's rules were read."""

from __future__ import annotations

import hashlib

from include.reconciliation import config
from include.reconciliation.edges import store
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.exchange_rates import ExchangeRates, ReferenceRate, reference_rates


def rates_of(rules: ExchangeRates) -> list[ReferenceRate]:
    """Its rates; they are kept, so that a run can be decided again when the file has gone on.

    Raises ConfigurationError when the file has changed and was never kept as it was.
    """
    try:
        content = (config.load().source_path.parent / rules.file).read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() == rules.sha256:
        store.keep(content)
    else:
        try:
            with store.open(rules.sha256) as kept:
                content = kept.read()
        except FileNotFoundError:
            raise ConfigurationError(
                f"{rules.file} has changed, and its content with SHA-256 {rules.sha256} is not kept"
            ) from None
    return list(reference_rates(content, rules.file, rules.source))
