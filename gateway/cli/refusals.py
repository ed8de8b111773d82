"""Says what a failed call means, in words of the command line."""

from __future__ import annotations

import click
import grpc
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from gateway.cli.output import printable

#: Exit codes of the command, besides 0 and click's 2 for wrong usage.
SOME_FAILED = 1
REFUSED = 3
INTERRUPTED = 130
#: What gRPC says where somebody answers, but TLS is not agreed upon; and what that means.
_DISAGREEMENTS = {
    "CERTIFICATE_VERIFY_FAILED": (
        "but its certificate comes from no authority of INVOICEJOBS_GRPC_CA"
    ),
    "Hostname Verification": (
        "but its certificate is for another name. INVOICEJOBS_GRPC_SERVER_NAME says which, or "
        "--target names the server by it"
    ),
    "Tls handshake failed": (
        "but without TLS: leave INVOICEJOBS_GRPC_CA empty, or look whether this is the server"
    ),
    "Socket closed": (
        "and ends the connection. If it has TLS, set INVOICEJOBS_GRPC_CA; if it asks for "
        "certificates, INVOICEJOBS_GRPC_CLIENT_CERTIFICATE and INVOICEJOBS_GRPC_CLIENT_KEY"
    ),
}


class Refused(click.ClickException):
    """The service refused, failed or was not reached; ends the command with exit code 3."""

    exit_code = REFUSED


def refusal(error: grpc.RpcError, target: str, timeout: float) -> Refused:
    """Turns a failed call into one clear sentence, and the wrong fields below it."""
    code = status_code(error)
    status = _rich_status(error)
    details = printable((error.details() if isinstance(error, grpc.Call) else "") or "")
    if code == grpc.StatusCode.UNAVAILABLE and status is None:
        # Not of a connection that breaks later: the same words mean that the server went away.
        if "failed to connect" in details:
            for said, meaning in _DISAGREEMENTS.items():
                if said in details:
                    return Refused(f"Somebody answers at {target}, {meaning}.")
        return Refused(
            f"No server answers at {target}. Is it running? Start it with 'invoicejobs serve', "
            "or name another one with --target."
        )
    if code == grpc.StatusCode.DEADLINE_EXCEEDED:
        return Refused(
            f"The server at {target} did not answer within {timeout:g} seconds. "
            "Try again, or wait longer with --timeout."
        )
    if code == grpc.StatusCode.UNIMPLEMENTED:
        return Refused(
            f"The server at {target} does not know this call: it is another service, or another "
            "version of this one."
        )
    if code in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}:
        return Refused(f"The server at {target} failed: {details} Its log says more.")
    violations = _violations(status)
    if violations:
        return Refused("\n".join(["The server refuses the request.", *violations]))
    return Refused(details or f"The server answered {code.name}.")


def status_code(error: grpc.RpcError) -> grpc.StatusCode:
    """Gives the status of a failed call."""
    return error.code() if isinstance(error, grpc.Call) else grpc.StatusCode.UNKNOWN


def _rich_status(error: grpc.RpcError) -> Status | None:
    if not isinstance(error, grpc.Call):
        return None
    try:
        return rpc_status.from_call(error)
    except ValueError:  # details that contradict the status say nothing reliable
        return None


def _violations(status: Status | None) -> list[str]:
    found: list[str] = []
    for detail in status.details if status else ():
        request = BadRequest()
        if detail.Unpack(request):
            found += [
                f"  {printable(v.field)}: {printable(v.description)}"
                for v in request.field_violations
            ]
    return found
