"""What a caller needs for each method: the one table. A test compares it with the protos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Rule:
    """What a method asks of its caller."""

    #: The scope that the token must have; empty: any valid token will do.
    scope: str = ""
    #: Whether everybody may call it, without a token.
    public: bool = False
    #: Whether its requests name the tenant whose data they are about.
    has_tenant: bool = True
    #: Whether a signed link stands in for a token.
    by_link: bool = False
    #: Whether it goes on for as long as others work: then the token must hold for each response.
    lasts: bool = False


_PUBLIC = Rule(public=True, has_tenant=False)
#: Tells what our methods are: nobody's data, but nothing a stranger needs, either.
_REFLECTION = Rule(has_tenant=False)

_JOB_MANAGE = Rule("invoice.job_manage")
_JOB_READ = Rule("invoice.job_read")
_INVOICE_READ = Rule("invoice.invoice_read")
_INVOICE_MANAGE = Rule("invoice.invoice_manage")
_SETTINGS_MANAGE = Rule("invoice.settings_manage")
_ORDER_MANAGE = Rule("order.order_manage")
_ORDER_READ = Rule("order.order_read")

#: By the method's full name. What stands not here is refused.
RULES = MappingProxyType(
    {
        "/invoicejobs.v1.InvoiceJobs/CreateInvoiceJob": _JOB_MANAGE,
        "/invoicejobs.v1.InvoiceJobs/GetInvoiceJob": _JOB_READ,
        "/invoicejobs.v1.InvoiceJobs/ListInvoiceJobs": _JOB_READ,
        "/invoicejobs.v1.InvoiceJobs/WatchInvoiceJob": Rule("invoice.job_read", lasts=True),
        "/invoicejobs.v1.InvoiceJobs/CancelInvoiceJob": _JOB_MANAGE,
        "/invoicejobs.v1.InvoiceJobs/RetryInvoiceJob": _JOB_MANAGE,
        "/invoicejobs.v1.Invoices/GetInvoice": _INVOICE_READ,
        "/invoicejobs.v1.Invoices/ListInvoices": _INVOICE_READ,
        "/invoicejobs.v1.Invoices/DownloadInvoice": Rule("invoice.invoice_read", by_link=True),
        "/invoicejobs.v1.Invoices/CancelInvoice": _INVOICE_MANAGE,
        # It writes nothing, and shows what an invoice would: of an order that is kept no more than
        # whoever reads invoices is shown anyway when it is invoiced.
        "/invoicejobs.v1.Invoices/PreviewInvoice": _INVOICE_READ,
        "/invoicejobs.v1.Orders/ImportOrders": _ORDER_MANAGE,
        "/invoicejobs.v1.Orders/GetOrder": _ORDER_READ,
        "/invoicejobs.v1.Orders/ListOrders": _ORDER_READ,
        # There is no scope for reading settings alone.
        "/invoicejobs.v1.TenantSettings/GetTenantSettings": _SETTINGS_MANAGE,
        "/invoicejobs.v1.TenantSettings/UpdateTenantSettings": _SETTINGS_MANAGE,
        "/invoicejobs.v1.TenantSettings/ListSchedules": _SETTINGS_MANAGE,
        # Here one gets the token in the first place.
        "/invoicejobs.v1.Access/IssueToken": _PUBLIC,
        # Each call in it shows its own token, and only gateways may open one (see `admission`).
        "/invoicejobs.v1.Tunnel/OpenTunnel": _PUBLIC,
        # Asked by load balancers, which have no tokens; tells nothing but that we are there.
        "/grpc.health.v1.Health/Check": _PUBLIC,
        "/grpc.health.v1.Health/List": _PUBLIC,
        "/grpc.health.v1.Health/Watch": _PUBLIC,
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": _REFLECTION,
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": _REFLECTION,
    }
)


#: The metadata of a call with a signed link.
LINK = "x-invoicejobs-link"


def is_strange(method: str, metadata: Iterable[tuple[str, str | bytes]]) -> bool:
    """Tells whether a call is let in, as far as its message, without a token."""
    rule = RULES.get(method)
    if rule is None or not rule.by_link:
        return rule is not None and rule.public
    given = {key for key, _ in metadata}
    return LINK in given and "authorization" not in given
