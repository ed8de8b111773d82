"""What the gateway does with tokens: it hands them on. Whether they hold is the server's to say."""

from __future__ import annotations

from aiohttp import hdrs, web

from gateway.errors import ApiError

#: Paths below this one are about tenants' data.
_TENANTS = "/invoice/"


def refuse_strangers(request: web.Request) -> None:
    """Refuses bodies of those who show no token at all, before they are read. Raises ApiError.

    For a gateway whose server checks tokens.
    """
    if (
        request.method == hdrs.METH_POST
        and request.path.startswith(_TENANTS)
        and hdrs.AUTHORIZATION not in request.headers
    ):
        raise ApiError(
            401,
            "This needs a token: send it as 'authorization: Bearer TOKEN'.",
            "TOKEN_MISSING",
        )
