"""Fuzzes tunnels: messages with calls of every method, whole, changed field by field, and damaged.

A message has a tunnel to itself, so that what ends one is known.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

import grpc
from invoicejobs.v1.tunnel_pb2 import (
    OpenTunnelRequest,
    OpenTunnelResponse,
    TunnelAnswer,
    TunnelCall,
    TunnelMetadata,
)

from server.rpc.tunnel_calls import LARGEST_REQUEST
from tests.fuzz.calls import AT_ONCE, NEVER, PATIENCE, make_calls
from tests.fuzz.messages import change, to_bytes
from tests.fuzz.plant import Plant
from tests.fuzz.tally import Tally

PATH = "/invoicejobs.v1.Tunnel/OpenTunnel"
#: How a tunnel may end (a message may be too large, too), and what a call in one may end with that
#: one of its own may not: where methods are changed, and where they have streams.
ENDINGS, ALSO = {"OK", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"}, {"UNIMPLEMENTED"}
_CODES = {code.value[0]: code.name for code in grpc.StatusCode}


@dataclass(frozen=True)
class Frame:
    """An input: one message, and the ids of its calls where each of them must be answered."""

    data: bytes
    owed: tuple[int, ...] | None

    def __str__(self) -> str:
        """Tells it so that it can be sent again."""
        return f"{PATH} {self.data.hex()}"


def fuzz_tunnels(plant: Plant, chance: Random, inputs: int, tally: Tally) -> None:
    """Opens tunnels and looks at how they end, and their calls."""
    frames = list(_frames(plant, chance, inputs))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        endings = threads.map(lambda frame: _send(plant.channel, frame), frames)
        for number, (frame, ending) in enumerate(zip(frames, endings, strict=True)):
            code, answers, seconds = ending
            codes = [_CODES.get(answer.code, "no code") for answer in answers]
            tally.answered(codes[0] if codes else code, seconds)
            wrong = {*codes} & ((NEVER | {"no code"}) - ALSO)
            if code not in ENDINGS or wrong:
                tally.find(number, f"{code} {wrong}", frame)
            if any("Traceback" in answer.message for answer in answers):
                tally.find(number, "an answer has a trace", frame)
            counts = Counter(answer.call_id for answer in answers)
            if frame.owed is not None and counts != Counter(frame.owed):
                tally.find(number, f"answered were {counts}", frame)


def _frames(plant: Plant, chance: Random, inputs: int) -> Iterator[Frame]:
    calls = iter(list(make_calls(plant, chance, 4 * inputs)))
    for _ in range(inputs):
        message = OpenTunnelRequest()
        for call_id in range(1, chance.choice((1, 1, 2, 4)) + 1):
            call = next(calls)
            entries = [
                TunnelMetadata(key=key, value=value)
                for key, value in call.metadata
                if isinstance(value, str)
            ]
            message.calls.append(
                TunnelCall(
                    call_id=call_id,
                    method=call.method.path,
                    metadata=entries,
                    request=b"".join(call.messages[:1]),
                )
            )
        if chance.random() < 0.5:
            data, owed = message.SerializeToString(), tuple(each.call_id for each in message.calls)
            yield Frame(data, owed if len(data) <= LARGEST_REQUEST else None)
            continue
        for _ in range(chance.choice((1, 1, 2, 4))):
            change(message, plant.known, chance)
        yield Frame(to_bytes(message, chance), None)


def _send(channel: grpc.Channel, frame: Frame) -> tuple[str, list[TunnelAnswer], float]:
    begin = time.monotonic()
    answers: list[TunnelAnswer] = []
    code = "OK"
    try:
        # Without serializers both sides are bytes.
        stream: Any = channel.stream_stream(PATH)
        for data in stream(iter([frame.data]), timeout=PATIENCE):
            answers.extend(OpenTunnelResponse.FromString(data).answers)
    except grpc.RpcError as error:
        code = error.code().name
    return code, answers, time.monotonic() - begin
