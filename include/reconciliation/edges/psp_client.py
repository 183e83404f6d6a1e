"""The HTTP client that PSPs are read with: it trusts neither the network nor the answer.

One scheme, host and port is called, the one that the PSP's entry names; redirects are refused; a
request has one deadline from the first look-up of the name to the last byte; what is unpacked is
capped. No key, token or certificate shows in a message, a log or a representation.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from threading import Timer
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from include.reconciliation.errors import (
    ConfigurationError,
    ProviderUnavailable,
    SourceError,
)

REQUEST_SECONDS_MAX = 60.0
WAIT_SECONDS_MAX = 120
BODY_BYTES_MAX = 32 << 20
TRIES = 4
_READ_BYTES = 1 << 16
_METADATA_ADDRESSES = {"100.100.100.200", "fd00:ec2::254", "168.63.129.16"}
_WAIT_AND_REPEAT = {408, 409, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The one scheme, host and port that may be called."""

    scheme: str
    host: str
    port: int
    is_exact_address: bool

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """From a text such as "https://api.example.com"; ConfigurationError for anything else."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        host = parts.hostname or ""
        has_more = (
            parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
        )
        if parts.scheme not in ("https", "http") or not host or has_more:
            raise ConfigurationError(
                f"endpoint {text!r}: expected scheme, host and port alone, as in https://api.example.com"
            )
        # A private address is allowed only where the entry itself says so, with its port.
        is_exact = port is not None and (host == "localhost" or _is_address(host))
        if parts.scheme == "http" and not is_exact:
            raise ConfigurationError(
                f"endpoint {text!r}: http is for addresses such as 127.0.0.1:8000"
            )
        return cls(parts.scheme, host, port or 443, is_exact)

    def address(self) -> str:
        """An address of the host that may be called; ConfigurationError when it has none."""
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise ProviderUnavailable(
                f"the name {self.host} can't be looked up ({error})"
            ) from None
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            if not _may_be_called(address, self.is_exact_address):
                raise ConfigurationError(
                    f"{self.host} is the address {address}, which may not be called: "
                    "private addresses only as the entry's own endpoint, link-local ones never"
                )
        return addresses[0]


@dataclass(slots=True)
class PspClient:
    """Reads one PSP's API; as a context manager it keeps the connection between requests.

    The key is a bearer's; with a `user` both are sent as user and password; an empty one is not
    sent. With `tokens` the key is a token out of there, and a new one where it is refused once.
    `context` holds a client certificate. `base_path` comes before each path.
    """

    endpoint: Endpoint
    key: str = field(repr=False)
    user: str | None = None
    request_seconds_max: float = field(default_factory=lambda: REQUEST_SECONDS_MAX)
    body_bytes_max: int = BODY_BYTES_MAX
    wait_seconds_max: int = WAIT_SECONDS_MAX
    ca_file: str | None = None
    base_path: str = ""
    tokens: Callable[[], str] | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)
    _session: requests.Session | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> PspClient:
        self._session = self._open_session()
        return self

    def __exit__(self, *failure: object) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None

    def get(self, path: str, query: Sequence[tuple[str, str]]) -> tuple[bytes, str]:
        """Body and content type of an answer 200.

        Waits as the PSP asks and tries again, in all at most `wait_seconds_max`; then raises
        ProviderUnavailable. What repeating can't help raises SourceError or ConfigurationError.
        """
        return self._answer(path, query, None)

    def post(self, path: str, form: Sequence[tuple[str, str]]) -> bytes:
        """Body of an answer 200 or 201 to a form that asks for a token; raises what `get` does."""
        return self._answer(path, (), form)[0]

    def call(
        self, method: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of one request that is never repeated, whatever comes of it.

        Raises ProviderUnavailable or SourceError when it is not known whether it arrived.
        """
        return self._once(method, self.base_path + path, headers, data=content)

    def _answer(
        self, path: str, query: Sequence[tuple[str, str]], form: Sequence[tuple[str, str]] | None
    ) -> tuple[bytes, str]:
        path = self.base_path + path
        waited_seconds = 0.0
        is_renewed = False
        if self.tokens is not None and not self.key:
            self.key = self.tokens()
        for number in range(1, TRIES + 1):
            wait: timedelta | None = None
            try:
                status, headers, body = (
                    self._once("GET", path, {}, params=list(query))
                    if form is None
                    else self._once("POST", path, {}, data=list(form))
                )
            except ProviderUnavailable as error:
                if number == TRIES:
                    raise
                problem = str(error)
            else:
                if status == 200 or (status == 201 and form is not None):
                    return body, headers.get("Content-Type", "")
                if status == 401 and self.tokens is not None and not is_renewed and number < TRIES:
                    self.key, is_renewed = self.tokens(), True
                    continue
                self._refuse_final(status, path, is_token=form is not None)
                problem = f"{self.endpoint.host} answers HTTP {status} to {path}"
                wait = retry_after(headers.get("Retry-After"), datetime.now(UTC))
            pause_seconds = wait.total_seconds() if wait is not None else 0.25 * 2**number
            if number == TRIES or waited_seconds + pause_seconds > self.wait_seconds_max:
                raise ProviderUnavailable(problem, wait)
            time.sleep(pause_seconds)
            waited_seconds += pause_seconds
        raise AssertionError("the last try returns or raises")

    def _refuse_final(self, status: int, path: str, *, is_token: bool) -> None:
        host = self.endpoint.host
        if is_token and status in (400, 401, 403):
            raise ConfigurationError(
                f"{host} gives no token (HTTP {status} to {path}): check login, password and "
                "certificate of the connection, and scope and credentials_in of the PSP's oauth"
            )
        if status in (401, 403):
            raise ConfigurationError(
                f"{host} refuses the key of the connection (HTTP {status} to {path}): "
                "check that it is current and may read what the format of the PSP needs"
            )
        if status not in _WAIT_AND_REPEAT:
            what = "no token" if is_token else "no list"
            if 300 <= status < 400:
                what = "a redirect, which is not followed"
            raise SourceError(f"{host} answers HTTP {status} to {path}: {what}")

    def _once(
        self, method: str, path: str, headers: Mapping[str, str], **content: Any
    ) -> tuple[int, Mapping[str, str], bytes]:
        endpoint = self.endpoint
        host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
        deadline = time.monotonic() + self.request_seconds_max
        url = f"{endpoint.scheme}://{host}:{endpoint.port}{path}"
        session = self._session or self._open_session()
        adapter = cast(_DeadlineAdapter, session.get_adapter(url))
        adapter.is_cut = False
        watchdog = Timer(self.request_seconds_max, adapter.cut)
        watchdog.daemon = True
        watchdog.start()
        try:
            with session.request(
                method,
                url,
                headers={
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",
                    **headers,
                    **self._authorization(),
                },
                allow_redirects=False,
                stream=True,
                timeout=self.request_seconds_max,
                **content,
            ) as response:
                return response.status_code, response.headers, self._body(response, deadline)
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            ssl.SSLError,
        ) as error:
            self._refuse_final_alert(error)
            # The text of such an error may repeat the request: only its kind is told.
            late = ", over its deadline" if time.monotonic() >= deadline else ""
            raise ProviderUnavailable(
                f"{endpoint.host} can't be read ({type(error).__name__}{late})"
            ) from None
        finally:
            watchdog.cancel()
            if session is not self._session:
                session.close()

    def _refuse_final_alert(self, error: BaseException | None) -> None:
        """ConfigurationError where the other side ended TLS over our certificate."""
        while error is not None and self.context is not None:
            reason = (error.reason or "") if isinstance(error, ssl.SSLError) else ""
            if "ALERT" in reason and ("CERT" in reason or "UNKNOWN_CA" in reason):
                raise ConfigurationError(
                    f"{self.endpoint.host} refuses the client certificate ({reason}): check "
                    "client_certificate in the extra of the connection"
                ) from None
            error = error.__cause__ or error.__context__

    def _authorization(self) -> dict[str, str]:
        if not self.key:
            return {}
        if self.user is None:
            return {"Authorization": f"Bearer {self.key}"}
        both = b64encode(f"{self.user}:{self.key}".encode()).decode()
        return {"Authorization": f"Basic {both}"}

    def _open_session(self) -> requests.Session:
        session = _NoRedirects()
        # Neither a proxy nor a key out of the environment or ~/.netrc.
        session.trust_env = False
        session.verify = self.ca_file or True
        session.mount(f"{self.endpoint.scheme}://", _DeadlineAdapter(self.endpoint, self.context))
        return session

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        parts: list[bytes] = []
        size_bytes = 0
        # read1 returns what one look at the socket gives: a drip can't outlast the deadline.
        while part := response.raw.read1(_READ_BYTES, decode_content=True):
            size_bytes += len(part)
            if size_bytes > self.body_bytes_max:
                raise SourceError(
                    f"{self.endpoint.host} answers one request with "
                    f"more than {self.body_bytes_max} bytes"
                )
            if time.monotonic() >= deadline:
                raise TimeoutError
            parts.append(part)
        if time.monotonic() >= deadline:
            raise TimeoutError
        return b"".join(parts)


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait; None when it says nothing of use."""
    if text is None:
        return None
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        return timedelta(seconds=int(text))
    try:
        wanted = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if wanted.tzinfo is None:
        return None
    return max(wanted - now, timedelta(0))


class _NoRedirects(requests.Session):
    """Sees no redirect at all: to prepare the next request it would read a body of any size."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None."""
        return


class _DeadlineAdapter(HTTPAdapter):
    """Connects to the address that was checked, and can cut the connection from outside."""

    def __init__(self, endpoint: Endpoint, context: ssl.SSLContext | None) -> None:
        self._endpoint = endpoint
        self._context = context
        self._sockets: list[socket.socket] = []
        self.is_cut = False
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        if self._context is not None:
            options["ssl_context"] = self._context
        super().init_poolmanager(*args, **options)
        adapter = self

        class Pinned:
            _dns_host: str

            def _new_conn(self) -> socket.socket:
                # The look-up is done once, by us; TLS and the Host header go on with the name.
                name = self._dns_host
                self._dns_host = adapter._endpoint.address()
                try:
                    return super()._new_conn()  # type: ignore[misc]
                finally:
                    self._dns_host = name

            def connect(self) -> None:
                super().connect()  # type: ignore[misc]
                adapter._sockets.append(self.sock)  # type: ignore[attr-defined]
                if adapter.is_cut:
                    adapter.cut()

        class Http(Pinned, urllib3.connection.HTTPConnection):
            pass

        class Https(Pinned, urllib3.connection.HTTPSConnection):
            pass

        class HttpPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Http

        class HttpsPool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Https

        self.poolmanager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}

    def cut(self) -> None:
        """Ends what is under way, and what is about to begin, with an error."""
        self.is_cut = True
        for connected in self._sockets:
            try:
                connected.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _may_be_called(text: str, is_exact_address: bool) -> bool:
    address = ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if str(address) in _METADATA_ADDRESSES:
        return False
    return address.is_global or is_exact_address
