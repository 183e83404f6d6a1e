"""How an API gives out its tokens: the table `oauth` of an entry of the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from include.reconciliation.errors import ConfigurationError
from include.reconciliation.toml_tables import TableReader


@dataclass(frozen=True, slots=True)
class OAuth:
    """Where an API's tokens are asked for with the client's id and secret, and by which scope."""

    token_url: str
    scope: str
    credentials_in: str = "header"


def read_oauth(entry: object, place: str) -> OAuth | None:
    """The table `oauth` of an entry; None where it has none."""
    if entry is None:
        return None
    reader = TableReader(entry, place)
    oauth = OAuth(
        token_url=reader.take("token_url", str),
        scope=reader.take("scope", str),
        credentials_in=reader.take("credentials_in", str, "header"),
    )
    reader.finish()
    if oauth.credentials_in not in ("header", "body"):
        raise ConfigurationError(
            f"{place}: credentials_in is 'header' or 'body', not {oauth.credentials_in!r}"
        )
    return oauth
