"""Which calls are tried again when the server cannot be reached: those that only read.

Whether a call that changes something was done before its answer was lost, only its client can
find out, by its Idempotency-Key.
"""

from __future__ import annotations

import json

#: The methods that change nothing. A stream is tried again until its first answer.
READS = {
    "invoicejobs.v1.InvoiceJobs": ("GetInvoiceJob", "ListInvoiceJobs", "WatchInvoiceJob"),
    "invoicejobs.v1.Invoices": ("DownloadInvoice", "GetInvoice", "ListInvoices"),
    "invoicejobs.v1.Orders": ("GetOrder", "ListOrders"),
    "invoicejobs.v1.TenantSettings": ("GetTenantSettings", "ListSchedules"),
}

#: How often a call is made at most.
ATTEMPTS = 3

_POLICY = {
    "maxAttempts": ATTEMPTS,
    "initialBackoff": "0.1s",
    "maxBackoff": "1s",
    "backoffMultiplier": 3,
    "retryableStatusCodes": ["UNAVAILABLE"],
}

SERVICE_CONFIG = json.dumps(
    {
        "methodConfig": [
            {
                "name": [
                    {"service": service, "method": method}
                    for service, methods in READS.items()
                    for method in methods
                ],
                "retryPolicy": _POLICY,
            }
        ],
        # A server that fails most calls is not asked for more.
        "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
    }
)

#: The channel's option.
RETRY_OPTIONS = (("grpc.service_config", SERVICE_CONFIG),)


def is_read(method: str) -> bool:
    """Tells whether a method changes nothing; it is named as in a call."""
    service, _, name = method.lstrip("/").partition("/")
    return name in READS.get(service, ())
