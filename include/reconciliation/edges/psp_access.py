"""How a PSP's API is entered: the client for its endpoint, with what its connection holds.

A PSP with `oauth` is asked with a client certificate and a token. The token lives in memory only.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from tempfile import NamedTemporaryFile
from typing import Protocol
from urllib.parse import urlsplit

from urllib3.util.ssl_ import create_urllib3_context

from include.reconciliation.edges.connections import Connection, connection
from include.reconciliation.edges.psp_client import Endpoint, PspClient
from include.reconciliation.errors import ConfigurationError, ProviderUnavailable
from include.reconciliation.oauth import OAuth

_TOKEN = re.compile(r"[\x21-\x7e]{1,8000}", re.ASCII)
_PEM = "-----BEGIN "


class Called(Protocol):
    """Whoever has an entry with an endpoint: a PSP, or a provider of payouts."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def connection(self) -> str:
        """The connection that holds its key."""

    @property
    def endpoint(self) -> str | None:
        """The one scheme, host and port that is ever called."""

    @property
    def base_path(self) -> str:
        """What comes before each path."""

    @property
    def oauth(self) -> OAuth | None:
        """Where its tokens come from, if it wants them."""


def client_of(psp: Called) -> PspClient:
    """The client for a PSP's own endpoint, with the key of its connection."""
    if psp.endpoint is None:
        raise ConfigurationError(f"the PSP {psp.name!r} needs an endpoint in its entry")
    target = connection(psp.connection)
    endpoint, ca_file = Endpoint.parse(psp.endpoint), target.extra.get("ca_file")
    if psp.oauth is not None:
        context = _with_certificate(target)
        tokens = _tokens(psp.oauth, target, context)
        return PspClient(
            endpoint, "", base_path=psp.base_path, ca_file=ca_file, tokens=tokens, context=context
        )
    if not target.password:
        raise ConfigurationError(f"connection {psp.connection!r}: its password must be the API key")
    return PspClient(
        endpoint,
        target.password,
        user=target.login or None,
        base_path=psp.base_path,
        ca_file=ca_file,
    )


def _tokens(oauth: OAuth, target: Connection, context: ssl.SSLContext) -> Callable[[], str]:
    """Asks for a new token at each call, by the client's credentials (RFC 6749, 4.4)."""
    login, password = target.login or "", target.password or ""
    is_in_header = oauth.credentials_in == "header"
    # A bank that knows its client by the certificate alone wants the id and no secret.
    if not login or (is_in_header and not password):
        raise ConfigurationError(
            f"connection {target.connection_id!r}: its login must be the client's id and its "
            "password the client's secret"
        )
    form = [("grant_type", "client_credentials"), ("scope", oauth.scope)]
    if not is_in_header:
        form += [("client_id", login), ("client_secret", password)][: 2 if password else 1]
    endpoint, path = _address(oauth.token_url)
    client = PspClient(
        endpoint,
        password if is_in_header else "",
        user=login,
        ca_file=target.extra.get("ca_file"),
        context=context,
    )

    def ask() -> str:
        try:
            answer = json.loads(client.post(path, form))
            token = answer.get("access_token") if isinstance(answer, dict) else None
        except (ValueError, RecursionError):
            token = None
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            # The answer may be a token all the same: it is not repeated.
            raise ProviderUnavailable(f"{endpoint.host} answers no access_token to {path}")
        return token

    return ask


def _address(url: str) -> tuple[Endpoint, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if not parts.path.startswith("/") or parts.query or parts.fragment:
        raise ConfigurationError(
            f"token_url {url!r}: expected an address such as https://api.example.com/oauth/token"
        )
    return Endpoint.parse(f"{parts.scheme}://{parts.netloc}"), parts.path


def _with_certificate(target: Connection) -> ssl.SSLContext:
    """A context with the client's certificate; whom it trusts is the session's matter."""
    names = [name for name in ("client_certificate", "client_key") if target.extra.get(name)]
    if "client_certificate" not in names:
        raise _refusal(target, "client_certificate", "is missing")
    context = create_urllib3_context()
    with ExitStack() as stack:
        certificate, *key = [stack.enter_context(_pem_file(target, name)) for name in names]
        try:
            # Without a password an encrypted key would be asked for at the terminal.
            context.load_cert_chain(certificate, next(iter(key), None), password="")
        except (ssl.SSLError, ValueError):
            problem = "is no certificate with its key, not encrypted, or they don't belong together"
            raise _refusal(target, " and ".join(names), problem) from None
    return context


@contextmanager
def _pem_file(target: Connection, name: str) -> Iterator[str]:
    """The path of a PEM; TLS reads files only, so that a text is one for a moment."""
    value = target.extra[name]
    if not isinstance(value, str):
        raise _refusal(target, name, "is no text")
    if _PEM in value:
        with NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(value)
            file.flush()
            yield file.name
        return
    try:
        with open(value, "rb"):
            pass
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "no path"
        raise _refusal(target, name, f"can't be read ({problem})") from None
    yield value


def _refusal(target: Connection, name: str, problem: str) -> ConfigurationError:
    # The value may be a key: it is not repeated.
    return ConfigurationError(
        f"connection {target.connection_id!r}: {name} in its extra {problem}; give the path of a "
        "PEM file, or its text"
    )
