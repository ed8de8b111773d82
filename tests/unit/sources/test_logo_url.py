"""What a logo's server answers is taken only so far: so many bytes and redirects, for so long."""

import socket
import threading
from contextlib import suppress

import pytest

from server.domain.branding_check import LOGO_BYTES
from server.domain.errors import LogoRefused, Unavailable
from server.sources.logo_url import MOST_FETCHES, FetchLogoByHttps
from tests.unit.sources.https_server import (
    fetcher,
    https_server,
    on_this_machine,
    redirect,
    refusal,
    response,
    trust,
)

LOGO = b"\x89PNG\r\n\x1a\n and more"
HOPS = {f"/{hop}": redirect(f"/{hop - 1}") for hop in range(1, 5)}


def refused(answer, *names, path="/logo.png"):
    """Gives why what a server answers is refused."""
    with https_server({path: answer}, *names) as server:
        return refusal(fetcher(server), server.url(path))


def test_what_the_address_holds_is_given():
    with https_server({"/img/logo.png?v=2": response(LOGO)}) as server:
        assert fetcher(server)(server.url("/img/logo.png?v=2")) == LOGO
    assert server.names == ["localhost"]


def test_the_request_tells_nothing_about_us_and_asks_for_nothing_packed():
    with https_server({"/logo.png": response(LOGO)}) as server:
        fetcher(server)(server.url("/logo.png"))
    head = server.requests[0].lower().splitlines()
    assert "accept-encoding: identity" in head
    assert f"host: localhost:{server.port}" in head
    assert not [line for line in head if line.startswith(("cookie", "authorization", "referer"))]


def test_an_answer_without_a_length_or_in_chunks_is_read():
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    answers = {"/to-the-end": b"HTTP/1.1 200 OK\r\n\r\n" + LOGO, "/chunked": chunked}
    with https_server(answers) as server:
        assert fetcher(server)(server.url("/to-the-end")) == LOGO
        assert fetcher(server)(server.url("/chunked")) == b"abcde"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temp", "308 Perm"])
def test_a_redirect_is_followed(status):
    answers = {"/old": redirect("new?x=1", status), "/new?x=1": response(LOGO)}
    with https_server(answers) as server:
        assert fetcher(server)(server.url("/old")) == LOGO


def test_three_redirects_are_followed_and_a_fourth_is_not():
    with https_server(HOPS | {"/0": response(LOGO)}) as server:
        assert fetcher(server)(server.url("/3")) == LOGO
        assert "redirected more than 3 times" in refusal(fetcher(server), server.url("/4"))


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("http://localhost/logo.png", "no https address"),
        ("file:///etc/passwd", "no https address"),
        ("//user:secret@localhost/x", "holds a user name"),
        ("https://localhost:22/", "leads to port 22"),
        ("https://[::1", "no https address"),
        ("/\xe4", "no https address"),
    ],
)
def test_a_redirect_is_checked_as_the_address_itself(location, problem):
    assert problem in refused(redirect(location))


def test_a_redirect_to_an_address_inside_the_network_is_refused():
    with https_server({"/logo.png": b""}) as server:
        server.answers["/logo.png"] = redirect(f"https://10.0.0.1:{server.port}/logo.png")
        assert "not public" in refusal(fetcher(server), server.url("/logo.png"))


def test_an_answer_that_is_no_success_is_refused_with_its_status():
    assert "HTTP status 404" in refused(response(b"", status="404 Not Found"))
    assert "HTTP status 302" in refused(response(LOGO, status="302 Found"))


def test_an_answer_may_have_as_many_bytes_as_a_logo_and_no_more():
    with https_server({"/logo": response(b"x" * LOGO_BYTES)}) as server:
        assert len(fetcher(server)(server.url("/logo"))) == LOGO_BYTES
    assert "more than 1,048,576 bytes" in refused(response(b"x" * (LOGO_BYTES + 1)))


def test_an_answer_without_end_is_cut_off_though_it_claims_to_be_short():
    def pour(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:  # until the client hangs up
            connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    assert "more than 1,048,576 bytes" in refused(pour)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
    ids="nothing ssh cut_off bad_chunk many_headers long_header".split(),
)
def test_an_answer_that_is_no_http_or_breaks_off_is_refused(answer):
    assert "cannot be reached, or breaks off" in refused(answer)


@pytest.mark.parametrize(
    "beginning",
    [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n" + LOGO],
    ids="nothing headers body".split(),
)
def test_a_server_that_never_ends_is_hung_up_on(beginning):
    with https_server({}) as server:

        def drip(connection):
            connection.sendall(beginning)
            # A byte now and then would keep any wait for the next byte from running out.
            while not server.over.wait(0.05):
                connection.sendall(b"x")

        server.answers["/slow"] = drip
        message = refusal(fetcher(server, 0.5), server.url("/slow"))
    assert message == "does not give a logo within 0.5 seconds"


def test_a_server_that_says_nothing_at_all_is_hung_up_on():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        fetch = FetchLogoByHttps(trust(), on_this_machine, (port,), 0.3)
        assert "within 0.3 seconds" in refusal(fetch, f"https://localhost:{port}/")


def test_a_handshake_that_never_ends_is_hung_up_on():
    def drip(listener):
        client, _ = listener.accept()
        with client, suppress(OSError):  # until the client hangs up
            client.sendall(b"\x16\x03\x03\x40\x00")  # the beginning of a long TLS record
            while not over.wait(0.05):
                client.sendall(b"\x02")

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=drip, args=(listener,))
        server.start()
        port = listener.getsockname()[1]
        fetch = FetchLogoByHttps(trust(), on_this_machine, (port,), 0.4)
        try:
            assert "within 0.4 seconds" in refusal(fetch, f"https://localhost:{port}/")
        finally:
            over.set()
            server.join()


def test_only_so_many_are_fetched_at_the_same_time():
    with https_server({}) as server:
        arrived = threading.Semaphore(0)

        def stall(connection):
            arrived.release()
            server.over.wait(20)

        server.answers["/stall"] = stall
        fetch = fetcher(server)

        def wait_for_it():
            with pytest.raises(LogoRefused):
                fetch(server.url("/stall"))

        waiting = [threading.Thread(target=wait_for_it) for _ in range(MOST_FETCHES)]
        for thread in waiting:
            thread.start()
        for _ in waiting:
            assert arrived.acquire(timeout=20)
        with pytest.raises(Unavailable):
            fetch(server.url("/stall"))
        server.over.set()
        for thread in waiting:
            thread.join()
        # Each gave its turn back.
        assert "HTTP status 404" in refusal(fetch, server.url("/other"))
