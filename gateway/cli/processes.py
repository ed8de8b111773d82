"""Runs the gRPC server and the REST gateway as child processes and looks after both."""

from __future__ import annotations

import ctypes
import http.client
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Self

import grpc
from grpc_health.v1 import health_pb2

from gateway.cli.config import child_environment, read_config
from gateway.cli.connection import open_channel

READY_WITHIN = 60.0  # seconds; a first start applies all migrations
LOOK_EVERY = 0.1  # seconds

_PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>


class ServiceFailed(Exception):
    """The service did not start, or one of its processes ended by itself."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the two processes listen."""

    grpc_host: str
    grpc_port: int
    rest_host: str
    rest_port: int
    #: Whether the gateway has a certificate.
    rest_tls: bool = False

    @property
    def grpc_target(self) -> str:
        """Gives the gRPC server's address for clients on this machine."""
        return f"{_reachable(self.grpc_host)}:{self.grpc_port}"

    @property
    def rest_url(self) -> str:
        """Gives the gateway's address for clients on this machine."""
        scheme = "https" if self.rest_tls else "http"
        return f"{scheme}://{_reachable(self.rest_host)}:{self.rest_port}"


def free_port(host: str) -> int:
    """Finds a port of the host that nobody listens on now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Service:
    """Server and gateway as one thing: started together, stopped gateway first."""

    addresses: Addresses
    #: Further environment of both processes.
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Further environment of the gateway alone.
    of_gateway: Mapping[str, str] = field(default_factory=dict)
    #: Whether the processes see none of this process's own INVOICEJOBS_ variables.
    clean: bool = False
    #: Where the processes write their logs; None lets them write to our stdout and stderr.
    log: IO[bytes] | None = None
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Starts both processes; does not wait until they are ready."""
        try:
            self._start("server", {}, "-m", "server", "serve")
            self._start("gateway", self.of_gateway, "-m", "gateway")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops both processes."""
        self.stop()

    def wait_until_ready(self, asked_to_stop: threading.Event) -> None:
        """Waits until the server and the gateway answer, or until asked to stop.

        Raises ServiceFailed when a process ends or they do not answer in time.
        """
        ends = time.monotonic() + READY_WITHIN
        while not (self._server_is_ready() and self._gateway_is_ready()):
            self.check()
            if time.monotonic() > ends:
                raise ServiceFailed(f"The service was not ready within {READY_WITHIN:g} seconds.")
            if asked_to_stop.wait(LOOK_EVERY):
                return
        # What answered may be somebody else on a port that ours could not have.
        self.check()

    def check(self) -> None:
        """Raises ServiceFailed when a process has ended by itself."""
        for name, child in self._children.items():
            if (code := child.poll()) is not None:
                raise ServiceFailed(f"The {name} ended by itself ({_ending(code)}).")

    def stop(self) -> bool:
        """Stops the gateway, then the server, and tells whether both ended well.

        The gateway goes first, so that no client sees it without a server behind it.
        """
        codes = []
        for child in reversed(self._children.values()):
            child.terminate()
            # As long as it takes: each has a grace of its own, and whoever asks twice kills.
            codes.append(child.wait())
        return not any(codes)

    def kill(self) -> None:
        """Ends both processes at once. No work is lost: the next start resumes it."""
        for child in self._children.values():
            child.kill()

    def _start(self, name: str, own: Mapping[str, str], *arguments: str) -> None:
        places = self.addresses
        environment = child_environment(
            {
                **self.environment,
                "INVOICEJOBS_GRPC_HOST": places.grpc_host,
                "INVOICEJOBS_GRPC_PORT": str(places.grpc_port),
                "INVOICEJOBS_GRPC_TARGET": places.grpc_target,
                "INVOICEJOBS_REST_HOST": places.rest_host,
                "INVOICEJOBS_REST_PORT": str(places.rest_port),
                **own,
            },
            clean=self.clean,
            of_server=name == "server",
        )
        self._children[name] = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            # Ctrl-C goes to a whole process group: in one of their own the children hear of it
            # from us alone, one after the other.
            process_group=0,
            # Nothing of ours runs in threads yet, which is what makes this unsafe elsewhere.
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )

    def _server_is_ready(self) -> bool:
        with open_channel(
            self.addresses.grpc_target, read_config({}) if self.clean else read_config()
        ) as channel:
            # grpc_health's own stub is not typed.
            check: grpc.UnaryUnaryMultiCallable[
                health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse
            ] = channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
            try:
                answer = check(health_pb2.HealthCheckRequest(), timeout=1)
            except grpc.RpcError:
                return False
            return answer.status == health_pb2.HealthCheckResponse.SERVING

    def _gateway_is_ready(self) -> bool:
        host = _reachable(self.addresses.rest_host).strip("[]")
        connection = _connection(host, self.addresses.rest_port, tls=self.addresses.rest_tls)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _connection(host: str, port: int, *, tls: bool) -> http.client.HTTPConnection:
    if not tls:
        return http.client.HTTPConnection(host, port, timeout=1)
    # Our own child is asked on this machine, by an address that no certificate need bear.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=1, context=context)


def _die_with_parent() -> None:
    """Asks Linux to end the child when its parent is killed: nobody else would."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _reachable(host: str) -> str:
    """Gives a host to connect to for one to listen on, with brackets where IPv6 needs them."""
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
