"""How many connections are kept open, and which give way."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

import pytest
from aiohttp import web

from gateway.connections import Connections
from gateway.protocol import IDLE_TIMEOUT, PROXY_IDLE_TIMEOUT, Protocol


class Connection:
    def __init__(self) -> None:
        self.dropped = False

    def drop(self) -> None:
        self.dropped = True


def opened(connections: Connections, count: int, client: str = "") -> list[Connection]:
    made = [Connection() for _ in range(count)]
    assert all(connections.take(connection, client) for connection in made)
    return made


def test_one_too_many_ends_the_one_that_waits_longest():
    connections = Connections(3, 3)
    first, second, third = opened(connections, 3)
    connections.works(first)
    connections.waits(first)
    opened(connections, 1)
    assert [c.dropped for c in (first, second, third)] == [False, True, False]


def test_one_that_works_is_never_ended():
    connections = Connections(2, 2)
    first, second = opened(connections, 2)
    connections.works(first)
    connections.works(second)
    assert not connections.take(Connection())
    assert not first.dropped
    assert not second.dropped


def test_one_that_has_ended_makes_room():
    connections = Connections(1, 1)
    (first,) = opened(connections, 1)
    connections.works(first)
    connections.forget(first)
    connections.waits(first)  # its last answer ends after it
    (second,) = opened(connections, 1)
    connections.works(second)
    assert not connections.take(Connection())


def test_a_client_that_has_as_many_as_one_may_gives_up_one_of_its_own():
    connections = Connections(10, 2)
    (other,) = opened(connections, 1, "192.0.2.1")
    first, second, third = opened(connections, 3, "192.0.2.2")
    assert [c.dropped for c in (other, first, second, third)] == [False, True, False, False]
    connections.works(second)
    connections.works(third)
    assert not connections.take(Connection(), "192.0.2.2")
    opened(connections, 1, "192.0.2.1")
    connections.forget(second)
    opened(connections, 1, "192.0.2.2")


def test_clients_without_a_bound_of_their_own_have_as_many_as_there_are():
    connections = Connections(10, 2)
    assert not any(c.dropped for c in opened(connections, 10))


class Transport(asyncio.Transport):
    """A connection from some address."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 4711)})
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None:
        """Has nothing to close."""


async def connected(address: str, connections: Connections) -> tuple[Protocol, Transport]:
    async def handler(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response()

    loop = asyncio.get_running_loop()
    proxies = (ip_network("10.0.0.0/8"),)
    protocol = Protocol(web.Server(handler), connections, 1.0, proxies, loop=loop)
    transport = Transport(address)
    protocol.connection_made(transport)
    return protocol, transport


@pytest.mark.parametrize(
    ("addresses", "ended"),
    [
        (("192.0.2.1", "192.0.2.1"), True),
        (("2001:db8::1", "2001:db8::2"), True),
        (("2001:db8::1", "2001:db8:0:1::1"), False),
        (("192.0.2.1", "192.0.2.2"), False),
        (("10.0.0.1", "10.0.0.1"), False),
        (("127.0.0.1", "127.0.0.1"), False),
    ],
)
async def test_connections_are_counted_by_address_but_not_those_of_proxies(addresses, ended):
    connections = Connections(10, 1)
    made = [await connected(address, connections) for address in addresses]
    assert [transport.aborted for _, transport in made] == [ended, False]
    for protocol, _ in made:
        protocol.connection_lost(None)


async def test_only_proxies_keep_idle_connections_for_long():
    connections = Connections(10, 10)
    made = [await connected(address, connections) for address in ("10.0.0.1", "192.0.2.1")]
    assert [protocol.keepalive_timeout for protocol, _ in made] == [
        PROXY_IDLE_TIMEOUT,
        IDLE_TIMEOUT,
    ]
    for protocol, _ in made:
        protocol.connection_lost(None)
