"""Only machines on the internet are public: nothing behind a firewall, however it is spelled."""

from ipaddress import ip_address

import pytest

from server.sources.public_address import is_public


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"),
        # Ways to a public IPv4 address.
        *("::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:0101:0101::1"),
    ],
)
def test_a_machine_on_the_internet_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "0.0.0.0"),
        *("169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.1"),
        *("224.0.0.1", "239.255.255.250", "233.252.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1"),
        *("ff02::1", "ff0e::1", "2001:db8::1", "100::1", "::127.0.0.1", "5f00::1"),
        *("192.0.0.8", "192.88.99.1", "3fff::1"),
        # Ways to an IPv4 address that is not.
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1"),
        *("64:ff9b:1::10.0.0.1", "2002:7f00:1::1", "2002:a00:1::1", "2001:0:7f00:1::1"),
    ],
)
def test_whatever_is_inside_of_a_network_or_no_single_machine_is_not_public(address):
    assert not is_public(ip_address(address))
