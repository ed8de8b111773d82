"""Connections of the gRPC door have a bound, and those that nobody uses are closed."""

import asyncio

from grpc_health.v1.health_pb2 import HealthCheckRequest

from server.rpc.serving import Limits
from server.rpc.transport import Connections
from tests.grpc.door import DEADLINE, open_door

HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0"


async def connect(door):
    """Connects and says hello; gives the streams and whether the server did, too."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(HELLO)
    return reader, writer, bool(await asyncio.wait_for(reader.read(9), DEADLINE))


async def test_one_connection_too_many_is_closed_and_the_others_go_on():
    async with open_door(Limits(connections=Connections(most=3))) as door:
        await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
        made = [await connect(door) for _ in range(4)]
        assert [greeted for _, _, greeted in made] == [True, True, False, False]
        await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
        for _, writer, _ in made:
            writer.close()


async def test_a_connection_without_a_call_is_closed():
    async with open_door(Limits(connections=Connections(idle=1))) as door:
        reader, writer, _ = await connect(door)
        rest = await asyncio.wait_for(reader.read(), DEADLINE)
        assert b"connection idle" in rest
        writer.close()
