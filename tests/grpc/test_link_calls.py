"""A signed link opens the one method that it is for, and nothing else."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from server.domain.errors import NotFound, PermissionDenied
from server.rpc.authentication import Authentication
from server.rpc.links import link_check
from server.rpc.permissions import LINK
from tests.builders import tokens
from tests.builders.tokens import bearer
from tests.grpc.door import DEADLINE, failure_of, open_door
from tests.grpc.test_authentication import P, U, code_of


@pytest.mark.parametrize("verifier", [tokens.verifier(), None], ids=["jwt", "off"])
async def test_a_link_stands_in_for_a_token_at_downloads_alone(verifier: Any) -> None:
    asked = []

    def check_link(request: Any, link: str) -> None:
        asked.append((request.tenant, link))
        if link != "good":
            raise PermissionDenied("The link has expired.", reason="LINK_EXPIRED")

    def missing(*args: Any, **kwargs: Any) -> Any:
        raise NotFound("no document")

    download = "/invoicejobs.v1.Invoices/DownloadInvoice"
    async with open_door(
        authentication=Authentication(verifier, check_link), download_invoice=missing
    ) as door:
        assert await code_of(door, download, ((LINK, "good"),)) is grpc.StatusCode.NOT_FOUND
        assert await code_of(door, download, ((LINK, "old"),)) is P
        assert asked == [("acme", "good"), ("acme", "old")]
        # A token is what counts where there is one.
        code = await code_of(door, download, ((LINK, "good"), *bearer("wrong")))
        assert code is (U if verifier else grpc.StatusCode.NOT_FOUND)
        code = await code_of(door, "/invoicejobs.v1.Invoices/GetInvoice", ((LINK, "good"),))
        assert code is (U if verifier else grpc.StatusCode.INTERNAL)
    assert len(asked) == 2


async def test_a_link_with_a_message_that_is_none_is_refused_as_such() -> None:
    def unasked(*_: Any) -> Any:
        raise AssertionError("there is nothing to check")

    check: Any = unasked

    authentication = Authentication(tokens.verifier(), link_check(check))
    async with open_door(authentication=authentication) as door:
        download: Any = door.channel.unary_stream("/invoicejobs.v1.Invoices/DownloadInvoice")
        call = download(b"\xff", metadata=((LINK, "any"),), timeout=DEADLINE)
        failure = await failure_of(call.read())
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "UNDECODABLE"
