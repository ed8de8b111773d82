"""Puts signatures of links beside what is read, and checks those that come with calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from invoicejobs.v1 import invoices_pb2

from server.domain.errors import InvalidInput
from server.domain.tenant import Tenant, parse_tenant
from server.rpc import authentication
from server.service.links import CheckLink, SignDocument, SignLinks

P = ParamSpec("P")
R = TypeVar("R")


def signing(
    sign_links: SignLinks, use_case: Callable[Concatenate[Tenant, P], R]
) -> Callable[Concatenate[Tenant, P], tuple[R, SignDocument]]:
    """Makes a use case also give what signs the links to its documents, on the same thread."""

    def run(tenant: Tenant, /, *args: P.args, **kwargs: P.kwargs) -> tuple[R, SignDocument]:
        return use_case(tenant, *args, **kwargs), sign_links(tenant)

    return run


def link_check(check: CheckLink) -> authentication.CheckLink:
    """Makes what checks the link that a DownloadInvoiceRequest came with."""

    def run(request: Any, link: str) -> None:
        if not isinstance(request, invoices_pb2.DownloadInvoiceRequest):
            raise InvalidInput.field(
                "request", "is no message of this method", reason="UNDECODABLE"
            )
        check(parse_tenant(request.tenant), request.invoice_number, request.sha256, link)

    return run
