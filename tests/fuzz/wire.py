"""Fuzzes both doors below their protocols: bytes that are no HTTP, or nearly."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random

from tests.fuzz import values
from tests.fuzz.plant import Plant
from tests.fuzz.tally import Tally

AT_ONCE = 8
#: Seconds to wait for an answer that is owed, and where what was sent may be no whole request.
PATIENCE, GLANCE = 60.0, 0.1
#: What the limits may answer.
LIMITED = ("429", "503")
#: What opens a connection of gRPC: HTTP/2's preface and empty settings.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
#: Headers that say how much follows: a request with one of these may never be whole.
LENGTHS = (
    *("Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999"),
    *("Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: chunked"),
    *("Transfer-Encoding: chunked, identity", "Transfer-Encoding: gzip", "Expect: 100-continue"),
    *(
        "Upgrade: websocket\r\nConnection: Upgrade",
        "Upgrade: h2c",
        "Host: a\r\nHost: b",
        "No colon",
    ),
)
HEADERS = (
    *("Content-Encoding: gzip", "Content-Encoding: deflate", "Content-Encoding: br"),
    *(
        "Content-Encoding: zstd",
        "Expect: x",
        "Expect: \xe4\xff",
        "Host:",
        "Cookie: a=b; =; ;;",
        "Range: bytes=0-",
    ),
    *("Range: bytes=9-1", "Range: bytes=0-1,3-4", "If-None-Match: *", "If-Range: x"),
    *("Content-Type: application/json; charset=utf-16", "Accept-Encoding: gzip", ": empty"),
    *("Content-Type: multipart/form-data; boundary=", 'Content-Type: a/b; charset="\xff"'),
    *("X: " + "a" * 8100, "X: " + "a" * 70_000, " folded: yes", 'X-Forwarded-For: 1.2.3.4, "'),
    *('Forwarded: for="[::1"', "Traceparent: 00-" + "0" * 32 + "-" + "0" * 16 + "-01"),
)
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


def fuzz_wire(plant: Plant, chance: Random, inputs: int, tally: Tally) -> None:
    """Sends bytes over connections of their own and looks at what comes back."""
    sent = list(_inputs(plant, chance, inputs))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = threads.map(lambda one: _exchange(*one), sent)
        for number, (one, (answer, seconds)) in enumerate(zip(sent, answers, strict=True)):
            address, data, patience = one
            status = _STATUS.match(answer)
            outcome = status[1].decode() if status else ("other" if answer else "none")
            tally.answered(outcome, seconds)
            if outcome.startswith("5") and outcome not in LIMITED:
                tally.find(number, f"{address} answers {outcome}", data)
            if b"Traceback" in answer:
                tally.find(number, f"{address} answers with a trace", data)
            if outcome == "none" and patience == PATIENCE:
                tally.find(number, f"{address} gives no answer within {seconds:.1f} s", data)


def _inputs(plant: Plant, chance: Random, inputs: int) -> Iterator[tuple[str, bytes, float]]:
    """Gives whom to send to, what, and how long to wait for an answer."""
    rest = plant.service.rest.removeprefix("http://")
    for _ in range(inputs):
        head, body = _request(plant, chance)
        match chance.randrange(10):
            case 0:
                frames = chance.randbytes(chance.randrange(150))
                opening = chance.choice((PREFACE, PREFACE, b""))
                yield plant.service.target, values.damaged(chance, opening + frames), GLANCE
            case 1 | 2 | 3:
                yield rest, values.damaged(chance, head + b"\r\n" + body), GLANCE
            case 4 | 5:
                more = f"{chance.choice(LENGTHS)}\r\n".encode("latin-1")
                yield rest, head + more + b"\r\n" + body, GLANCE
            case 6 | 7:
                lines = "".join(f"{line}\r\n" for line in chance.choices(HEADERS, k=2))
                yield rest, head + lines.encode("latin-1") + b"\r\n" + body, PATIENCE
            case _:
                yield rest, head + b"\r\n" + body, PATIENCE


def _request(plant: Plant, chance: Random) -> tuple[bytes, bytes]:
    """Makes the head of a request, without the line that ends it, and its body."""
    job = plant.known.pick("job_id", chance)
    number, sha256 = (plant.known.pick(name, chance) for name in ("invoice_number", "sha256"))
    tenant = f"/invoice/{plant.shop.tenant}"
    target = chance.choice(
        (
            f"{tenant}/jobs/invoices",
            f"{tenant}/jobs/invoices/{job}",
            f"{tenant}/invoices/{number}",
            f"{tenant}/invoices/{number}/documents/{sha256}.pdf",
            f"{tenant}/jobs/invoices?pageSize={values.number(chance, -5, 2**63)}",
            *("/oauth/token", "/docs", "/openapi.json", "/healthz", "/readyz", "*", "//", "/%"),
            "http://other.example/healthz",
            "/" + "%C0%AE" * chance.randrange(1, 2000),
            "/invoice/%61cme/jobs/invoices/%00",
            f"{tenant}/invoices/..%2f..%2fetc%2fpasswd",
        )
    )
    odd = chance.choice(("HEAD", "OPTIONS", "PUT", "TRACE", "CONNECT", "get", "\xc4"))
    method = odd if chance.random() < 0.2 else chance.choice(("GET", "POST"))
    version = chance.choice(("1.1",) * 12 + ("1.0", "2.0", "0.9", "1.10"))
    body = _body(chance) if method == "POST" else b""
    kind = chance.choice(("application/json", "application/x-www-form-urlencoded", "text/plain"))
    lines = [
        f"{method} {target} HTTP/{version}",
        "Host: localhost",
        "Connection: close",
        *(f"{name}: {value}" for name, value in plant.headers.items()),
        *((f"Content-Type: {kind}", f"Content-Length: {len(body)}") if body else ()),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1"), body


def _body(chance: Random) -> bytes:
    texts = json.dumps({"jobType": "MANUAL", "orderIds": [values.text(chance)]}).encode()
    form = b"grant_type=client_credentials&client_id=a&client_secret=%ff&scope=tenant%3Dacme"
    return chance.choice((b"", b"{}", texts, form, b"[" * 5000, values.text(chance).encode()))


def _exchange(address: str, data: bytes, patience: float) -> tuple[bytes, float]:
    host, _, port = address.rpartition(":")
    begin = time.monotonic()
    answer = b""
    try:
        with closing(socket.create_connection((host, int(port)), PATIENCE)) as connection:
            connection.settimeout(patience)
            connection.sendall(data)
            while piece := connection.recv(65536):
                answer += piece
    except TimeoutError:
        # Half a request is waited for by the other side, too.
        pass
    except OSError:
        # Refused while it was still sent.
        pass
    return answer, time.monotonic() - begin
