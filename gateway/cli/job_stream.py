"""Reads the stream of a watched job, and takes it up again when the connection breaks.

A connection may also be gone without a word: a machine that vanished, a server that hangs, a
proxy that forgot us. The server is never silent for long, so who hears nothing comes again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Protocol

import grpc
from invoicejobs.v1.invoice_jobs_pb2 import (
    JOB_STATUS_DONE,
    WatchInvoiceJobRequest,
    WatchInvoiceJobResponse,
)

from gateway.cli import waiting
from gateway.cli.connection import Session
from gateway.cli.refusals import Refused, status_code

#: Seconds without a response after which a stream is taken for broken; the server repeats an
#: unchanged job every 15.
SILENCE = 45.0


def responses(session: Session, job_id: str) -> Iterator[WatchInvoiceJobResponse]:
    """Gives what the server tells until the job is done, each outcome once.

    A server that is away, such as one that restarts, is waited for. Raises grpc.RpcError when it
    refuses, or stays away; Refused when it takes calls and answers none.
    """
    request = WatchInvoiceJobRequest(tenant=session.need_tenant(), job_id=job_id)
    #: When a server that is away has been waited for long enough; None while it is there.
    patience_ends: float | None = None
    done = False
    while not done:
        call = session.jobs.WatchInvoiceJob(request)
        silence = _Silence(call)
        try:
            with silence:
                for response in call:
                    silence.heard.set()
                    patience_ends = None
                    request.resume_token = response.resume_token
                    done = response.job.job_status == JOB_STATUS_DONE
                    yield response
        except grpc.RpcError as error:
            # A job that is DONE may have more outcomes to tell than fit into one response.
            done = False
            now = time.monotonic()
            if patience_ends is None:
                patience_ends = now + waiting.LONGEST_ABSENCE
            is_over = now > patience_ends
            if silence.broke:
                if is_over:
                    raise Refused(
                        f"The server at {session.target} does not answer any more. The job goes "
                        f"on as soon as it does: invoicejobs jobs watch {job_id}"
                    ) from error
                # The next call gets a connection of its own: this one may lead nowhere for ever.
                session.close()
            elif is_over or status_code(error) != grpc.StatusCode.UNAVAILABLE:
                raise
        finally:
            call.cancel()
        if not done:
            time.sleep(waiting.ABSENT_PAUSE)


class _Call(Protocol):
    def cancel(self) -> bool: ...


class _Silence:
    """Cancels a call of which nothing is heard for SILENCE while the block lasts."""

    def __init__(self, call: _Call) -> None:
        self._call = call
        #: Set at each response, and at the end.
        self.heard = threading.Event()
        self._ended = False
        #: Whether the call was cancelled.
        self.broke = False
        self._listener = threading.Thread(target=self._listen, name="silence", daemon=True)

    def __enter__(self) -> None:
        self._listener.start()

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self.heard.set()
        self._listener.join()

    def _listen(self) -> None:
        while self.heard.wait(SILENCE):
            self.heard.clear()
            if self._ended:
                return
        self.broke = True
        self._call.cancel()
