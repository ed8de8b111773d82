"""Asks the gateway of this container whether it can serve: 0 it can, 1 it cannot."""

import http.client
import os
import ssl
import sys

PORT = int(os.environ.get("INVOICEJOBS_REST_PORT", "8080"))
HAS_TLS = bool(os.environ.get("INVOICEJOBS_REST_TLS_CERTIFICATE"))
TIMEOUT = 4  # seconds


def main() -> int:
    """Asks once."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT)
    if HAS_TLS:
        # Nobody else can answer on this address, and the certificate is for another name.
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", PORT, timeout=TIMEOUT, context=trust)
    try:
        connection.request("GET", "/readyz")
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except (OSError, http.client.HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
