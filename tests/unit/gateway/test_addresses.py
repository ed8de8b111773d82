"""Whom a request comes from."""

from ipaddress import ip_network
from unittest.mock import Mock

import pytest
from aiohttp.test_utils import make_mocked_request

from gateway import addresses

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
ELDER, STANDARD = "X-Forwarded-For", "Forwarded"


def client_address(request, trusted, header=ELDER):
    return addresses.client_address(request, trusted, header)


def request_from(remote: str, **headers: str):
    transport = Mock()
    transport.get_extra_info.return_value = (remote, 4711)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_mocked_request("GET", "/", headers=given, transport=transport)


def test_a_stranger_is_not_believed():
    told = {"X_Forwarded_For": "198.51.100.1", "Forwarded": "for=198.51.100.1"}
    for header in (ELDER, STANDARD):
        assert client_address(request_from("192.0.2.1", **told), TRUSTED, header) == "192.0.2.1"


def test_without_trusted_proxies_nobody_is_believed():
    request = request_from("10.0.0.1", X_Forwarded_For="198.51.100.1")
    assert client_address(request, ()) == "10.0.0.1"


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("198.51.100.1, 10.9.9.9, 10.8.8.8", "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("198.51.100.1:8080", "198.51.100.1"),
        ("[2001:db8::1]:8080", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("unknown", "10.0.0.1"),
        ("", "10.0.0.1"),
        ("198.51.100.1, ", "10.0.0.1"),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (", ".join(["198.51.100.1"] + ["10.0.0.2"] * 50), "10.0.0.2"),
    ],
)
def test_the_first_from_the_right_that_is_no_proxy_is_the_client(told, address):
    assert client_address(request_from("10.0.0.1", X_Forwarded_For=told), TRUSTED) == address


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("for=198.51.100.1", "198.51.100.1"),
        ('For="[2001:db8::1]:4711";proto=https', "2001:db8::1"),
        ("proto=http;for=198.51.100.1;by=10.0.0.1", "198.51.100.1"),
        ("for=6.6.6.6, for=198.51.100.1, for=10.3.3.3", "198.51.100.1"),
        ("for=_hidden", "10.0.0.1"),
        ("by=198.51.100.1", "10.0.0.1"),
        ("xfor=198.51.100.1", "10.0.0.1"),
    ],
)
def test_the_standard_header_is_read(told, address):
    request = request_from("10.0.0.1", Forwarded=told)
    assert client_address(request, TRUSTED, STANDARD) == address


def test_only_the_header_that_the_proxies_write_is_believed():
    # Proxies hand on the other one as the client wrote it.
    request = request_from("10.0.0.1", Forwarded="for=1.1.1.1", X_Forwarded_For="2.2.2.2")
    assert client_address(request, TRUSTED, ELDER) == "2.2.2.2"
    assert client_address(request, TRUSTED, STANDARD) == "1.1.1.1"
    assert client_address(request_from("10.0.0.1", Forwarded="for=6.6.6.6"), TRUSTED) == "10.0.0.1"


def test_a_local_socket_has_no_address():
    transport = Mock()
    transport.get_extra_info.return_value = ""
    request = make_mocked_request("GET", "/", transport=transport)
    assert client_address(request, TRUSTED) == ""
