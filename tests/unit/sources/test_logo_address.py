"""Logos are fetched from public https addresses only, and from the very one that was checked."""

import socket
import threading
from ipaddress import ip_address

import pytest

from server.sources.logo_url import FetchLogoByHttps, refuse_logo_url
from tests.unit.sources.https_server import (
    fetcher,
    https_server,
    on_this_machine,
    refusal,
    response,
    trust,
)

PICTURE = b"\x89PNG\r\n\x1a\n and more"
LOGO = response(PICTURE)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "[::1]", "10.1.2.3", "169.254.169.254", "192.168.0.1", "100.64.0.1"),
        *("[::ffff:127.0.0.1]", "[fe80::1]", "[fe80::1%25lo]", "0.0.0.0", "[::]", "224.0.0.1"),
        *("localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"),
    ],
)
def test_an_address_that_is_not_public_is_refused_whatever_it_is_written_like(host):
    assert "not public" in refusal(FetchLogoByHttps(), f"https://{host}/logo.png")


def test_a_name_with_one_address_inside_the_network_is_refused(monkeypatch):
    answer_names(monkeypatch, {"mixed.example": ["93.184.216.34", "10.0.0.7"]})
    assert "not public" in refusal(FetchLogoByHttps(), "https://mixed.example/logo.png")


def answer_names(monkeypatch, addresses):
    """Answers for names as a name server would, and gives the names that were asked for."""
    real, asked = socket.getaddrinfo, []

    def getaddrinfo(host, port, *args, **kwargs):
        if host not in addresses:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        found = addresses[host]
        found = found.pop(0) if isinstance(found[0], list) else found
        return [row for address in found for row in real(address, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_the_address_that_was_checked_is_the_one_that_is_used(monkeypatch):
    asked = answer_names(monkeypatch, {"shop.example": [["127.0.0.2"], ["127.0.0.1"]]})
    checked = []

    def may_connect(address):
        checked.append(address)
        return True

    with https_server({"/logo": LOGO}, "shop.example", host="127.0.0.2") as server:
        fetch = FetchLogoByHttps(trust(), may_connect, (server.port,))
        assert fetch(server.url("/logo", "shop.example")) == PICTURE
    assert (asked, checked) == (["shop.example"], [ip_address("127.0.0.2")])
    assert server.names == ["shop.example"]


def test_an_address_that_does_not_answer_leaves_the_turn_to_the_next(monkeypatch):
    answer_names(monkeypatch, {"shop.example": ["127.0.0.3", "127.0.0.2"]})
    with https_server({"/logo": LOGO}, "shop.example", host="127.0.0.2") as server:
        assert fetcher(server)(server.url("/logo", "shop.example")) == PICTURE


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://shop.example/logo.png", "no https address"),
        ("https://", "no https address"),
        ("https://shop.example/lo go.png", "no https address"),
        ("https://user@shop.example/logo.png", "holds a user name"),
        ("https://:@shop.example/logo.png", "holds a user name"),
        ("https://shop.example:8443/logo.png", "leads to port 8443"),
        ("https://shop.example:99999/logo.png", "no https address"),
        ("https://nobody.invalid/logo.png", "names a host that nobody knows"),
        (f"https://{'x' * 64}.example/", "names a host that nobody knows"),
    ],
)
def test_an_address_that_cannot_be_fetched_from_is_refused_with_the_reason(url, problem):
    assert problem in refusal(FetchLogoByHttps(), url)


def test_a_certificate_for_another_name_is_refused():
    with https_server({"/logo": LOGO}, "other.example") as server:
        assert "a certificate that we do not trust" in refusal(fetcher(server), server.url("/logo"))
    assert server.requests == []


def test_a_certificate_from_nobody_known_is_refused():
    with https_server({"/logo": LOGO}) as server:
        fetch = FetchLogoByHttps(may_connect=on_this_machine, ports=(server.port,))
        assert "a certificate that we do not trust" in refusal(fetch, server.url("/logo"))
    assert server.requests == []


def test_a_port_where_nobody_listens_cannot_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    fetch = FetchLogoByHttps(trust(), on_this_machine, (port,))
    assert "cannot be reached" in refusal(fetch, f"https://127.0.0.1:{port}/")


def test_a_name_server_that_says_nothing_is_not_waited_for(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(20) and [])
    try:
        message = refusal(FetchLogoByHttps(seconds=0.2), "https://shop.example/logo.png")
    finally:
        over.set()
    assert "within 0.2 seconds" in message


def test_where_fetching_is_switched_off_the_picture_is_asked_for():
    assert "give the picture itself" in refusal(refuse_logo_url, "https://shop.example/logo.png")
