"""Fetches logos from the internet, where shops say that theirs is, when settings are saved.

Neither those who name the address are trusted, nor those who answer: only https, only to public
addresses, redirects included, and only so much for so long. What came is for others to judge.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Collection
from http import HTTPStatus
from http.client import HTTPException
from socket import gaierror
from urllib.parse import urljoin

from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from server.domain.branding_check import LOGO_BYTES, is_logo_url
from server.domain.errors import LogoRefused, Unavailable
from server.sources.https import HTTPS_PORT, Answer, Deadline, connect, get, resolve
from server.sources.public_address import Address, is_public

#: For a whole fetch, redirects included.
FETCH_SECONDS = 10
MOST_REDIRECTS = 3
#: At the same time, so that slow servers elsewhere do not take all threads here.
MOST_FETCHES = 4


def refuse_logo_url(url: str) -> bytes:  # noqa: ARG001 - stands in for one that would look at it
    """Stands where fetching is switched off. Raises LogoRefused."""
    raise LogoRefused("cannot be fetched: this server fetches no logos; give the picture itself")


class FetchLogoByHttps:
    """Fetches logos by https."""

    def __init__(
        self,
        trust: ssl.SSLContext | None = None,
        may_connect: Callable[[Address], bool] = is_public,
        ports: Collection[int] = (HTTPS_PORT,),
        seconds: float = FETCH_SECONDS,
    ) -> None:
        """Takes whose certificates to trust (by default those the machine does) and the limits."""
        self._trust = trust or ssl.create_default_context()
        self._may_connect = may_connect
        self._ports = ports
        self._seconds = seconds
        self._turns = threading.BoundedSemaphore(MOST_FETCHES)

    def __call__(self, url: str) -> bytes:
        """Gives what the address holds, at most LOGO_BYTES.

        Raises LogoRefused, saying why not in words that follow the name of the address, and
        Unavailable when too many are being fetched.
        """
        if not self._turns.acquire(blocking=False):
            raise Unavailable("Many logos are being fetched just now. Save again in a minute.")
        try:
            return self._follow(url, Deadline(self._seconds))
        except TimeoutError as error:
            raise LogoRefused(f"does not give a logo within {self._seconds:g} seconds") from error
        except (OSError, HTTPError, HTTPException) as error:
            raise LogoRefused(_reason(error)) from error
        finally:
            self._turns.release()

    def _follow(self, url: str, deadline: Deadline) -> bytes:
        for _ in range(1 + MOST_REDIRECTS):
            answer = self._ask(self._parse(url), deadline)
            if not answer.location:
                return _body(answer)
            try:
                url = urljoin(url, answer.location)
            except ValueError:
                url = ""  # which is refused as any other nonsense
        raise LogoRefused(f"is redirected more than {MOST_REDIRECTS} times; give the last address")

    def _parse(self, url: str) -> Url:
        try:
            parsed = parse_url(url if is_logo_url(url) else "")
        except LocationParseError:
            parsed = Url()
        if parsed.scheme != "https" or not parsed.host:
            raise LogoRefused("leads to what is no https address")
        if parsed.auth is not None:
            raise LogoRefused("holds a user name; give an address that everybody can read")
        if (parsed.port or HTTPS_PORT) not in self._ports:
            raise LogoRefused(f"leads to port {parsed.port}; only {HTTPS_PORT} is allowed")
        return parsed

    def _ask(self, url: Url, deadline: Deadline) -> Answer:
        addresses = resolve((url.host or "").strip("[]"), deadline)
        # Which address it is, is not told: it would describe the network behind our firewall.
        if not all(self._may_connect(address) for address in addresses):
            raise LogoRefused("leads to an address that is not public")
        connection = connect(url, addresses, self._trust, deadline)
        try:
            return get(connection, url, LOGO_BYTES, deadline)
        finally:
            connection.close()


def _body(answer: Answer) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise LogoRefused(f"was answered with HTTP status {answer.status} in place of a picture")
    return answer.body


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has a certificate that we do not trust: {error.verify_message}"
    if isinstance(error, gaierror):
        return "names a host that nobody knows; check its spelling"
    return "cannot be reached, or breaks off; try it in a browser"
