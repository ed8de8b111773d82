"""Where a call comes from."""

from ipaddress import ip_network

import pytest

from server.rpc.addresses import client_address, rate_key

GATEWAYS = (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("ipv4:192.0.2.1:4711", "", "192.0.2.1"),
        ("ipv6:%5B2001:db8::1%5D:4711", "", "2001:db8::1"),
        ("ipv6:[2001:db8::1]:4711", "", "2001:db8::1"),
        ("ipv6:%5B::ffff:192.0.2.1%5D:4711", "", "192.0.2.1"),
        ("unix:/run/x.sock", "", ""),
        ("unix:", "192.0.2.7", "192.0.2.7"),
        ("ipv4:127.0.0.1:4711", "192.0.2.7", "192.0.2.7"),
        ("ipv6:%5Bfd00::5%5D:4711", "2001:db8::9", "2001:db8::9"),
        ("ipv4:127.0.0.1:4711", "nonsense", "127.0.0.1"),
        ("ipv4:192.0.2.1:4711", "198.51.100.9", "192.0.2.1"),
        ("", "", ""),
        ("strange", "", ""),
    ],
)
def test_the_address_is_the_peers_or_what_a_gateway_tells(peer, told, address):
    assert client_address(peer, told, GATEWAYS) == address


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("", ""),
    ],
)
def test_what_is_counted_together(address, key):
    assert rate_key(address) == key
