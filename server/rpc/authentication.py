"""Lets a call through only with a token that allows it: for both doors, since REST comes here, too.

The token and its scope are checked before anything of the request is read, so that strangers cannot
make us hold their messages (what is read without a token is small, and quick, or not read: see
`admission`); the tenant as soon as the message is there, before anything is looked
up: what a refusal says and how long it takes tell nothing of other tenants.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, Protocol, TypeAlias

import grpc

from server.domain.caller import Caller
from server.domain.errors import (
    InvoiceJobsError,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from server.domain.tenant import parse_tenant
from server.handlers import Context, Handler, Surrounded, behaviour_of, with_behaviour
from server.rpc.permissions import LINK, RULES, Rule
from server.rpc.refusing import abort, refusing
from server.service.origin import tell_origin

#: Who somebody is that shows a link.
LINK_SUBJECT = "link"
#: The metadata by which a gateway says that it relies on us to check tokens: REQUIRED.
AUTH, REQUIRED = "x-invoicejobs-auth", "jwt"
_BEARER = re.compile(r"bearer +([\w.~+/-]+=*) *", re.ASCII | re.IGNORECASE)
_CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)


class TokenVerifier(Protocol):
    """Checks tokens."""

    def recall(self, token: str) -> Caller | None:
        """Gives the caller of a token that was checked a moment ago; does not block."""
        ...

    def verify(self, token: str) -> Caller:
        """Gives who a token speaks for; may block. Raises Unauthenticated and Unavailable."""
        ...


class CheckLink(Protocol):
    """Checks signed links."""

    def __call__(self, request: Any, link: str) -> None:
        """Raises PermissionDenied unless the link opens what is asked for; may block."""
        ...


def current_caller() -> Caller | None:
    """Gives who makes the call that is being answered; None where nobody had to say."""
    return _CALLER.get()


class Authentication:
    """Refuses calls that `permissions` does not allow. Without a verifier all may call."""

    def __init__(
        self, verifier: TokenVerifier | None = None, check_link: CheckLink | None = None
    ) -> None:
        self._verifier = verifier
        self._check_link = check_link
        self._with_guard = Surrounded(_with_guard)

    async def guarded(self, handler: Handler, details: grpc.HandlerCallDetails) -> Handler:
        """Gives the method's handler, guarded, or one that refuses."""
        metadata = details.invocation_metadata or ()
        rule = RULES.get(details.method)
        try:
            if self._verifier is None and (AUTH, REQUIRED) in metadata:
                raise Unavailable(
                    "The gateway has INVOICEJOBS_AUTH=jwt, but the server has INVOICEJOBS_AUTH=off "
                    "and checks no tokens: give both the same.",
                    reason="AUTH_DIFFERS",
                )
            if rule is None:
                raise PermissionDenied("Nobody may call this method.", reason="METHOD_WITHOUT_RULE")
            authorization = _values(metadata, "authorization")
            links = _values(metadata, LINK) if rule.by_link else []
            if links and not authorization and self._check_link:
                _GUARD.set(_LinkGuard(self._check_link, links[0]))
                return self._with_guard(handler, details.method)
            if rule.public or self._verifier is None:
                return handler
            token = _token(authorization)
            caller = await _identified(self._verifier, token)
            _require_scope(caller, rule)
            if rule.lasts:
                handler = _while_it_holds(handler, self._verifier, token)
        except Exception as error:  # noqa: BLE001 - a defect must let nobody in, nor talk
            return refusing(handler, error)
        _GUARD.set(_CallerGuard(caller, rule))
        return self._with_guard(handler, details.method)


def _values(metadata: Iterable[tuple[str, str | bytes]], name: str) -> list[str]:
    return [str(value) for key, value in metadata if key == name]


def _token(authorization: list[str]) -> str:
    if not authorization:
        raise Unauthenticated(
            "This needs a token: send it as 'authorization: Bearer TOKEN'.", reason="TOKEN_MISSING"
        )
    bearer = _BEARER.fullmatch(authorization[0])
    if bearer is None or len(authorization) > 1:
        raise Unauthenticated(
            "The authorization must be the word Bearer, a blank and one token.",
            reason="TOKEN_MALFORMED",
        )
    return bearer[1]


async def _identified(verifier: TokenVerifier, token: str) -> Caller:
    known = verifier.recall(token)
    return await asyncio.to_thread(verifier.verify, token) if known is None else known


def _require_scope(caller: Caller, rule: Rule) -> None:
    if rule.scope and rule.scope not in caller.scopes:
        raise PermissionDenied(
            f"The token lacks the scope {rule.scope}.",
            reason="SCOPE_MISSING",
            details=(f"missing scope: {rule.scope}",),
        )


class _CallerGuard:
    """Lets a caller reach its own tenant only."""

    def __init__(self, caller: Caller, rule: Rule) -> None:
        self._caller = caller
        self._rule = rule

    async def admit(self, request: Any) -> None:
        """Raises PermissionDenied for a request about another tenant."""
        _CALLER.set(self._caller)
        tell_origin(subject=self._caller.subject)
        self.check(request)

    def check(self, request: Any) -> None:
        """Checks one message; those that are no messages of the method are refused further in."""
        tenant = getattr(request, "tenant", "") if self._rule.has_tenant else ""
        # No tenant is an error of its own, and in a stream it goes on with the first one.
        if tenant and parse_tenant(tenant) != self._caller.tenant:
            raise PermissionDenied(
                "The token is for another tenant than the one that is asked for.",
                reason="OTHER_TENANT",
                details=("wrong tenant",),
            )


class _LinkGuard:
    """Lets whoever holds a link reach the one document that it is for."""

    def __init__(self, check_link: CheckLink, link: str) -> None:
        self._check_link = check_link
        self._link = link

    async def admit(self, request: Any) -> None:
        """Raises PermissionDenied when the link is not for this, or has expired."""
        tell_origin(subject=LINK_SUBJECT)
        await asyncio.to_thread(self._check_link, request, self._link)

    def check(self, request: Any) -> None:
        """Has nothing to check: links are for methods with one request."""


_Guard: TypeAlias = _CallerGuard | _LinkGuard


#: What stands before the call that is being answered.
_GUARD: ContextVar[_Guard] = ContextVar("guard")


def _with_guard(handler: Handler, _method: str) -> Handler:
    """Puts the call's guard before a handler."""
    behaviour = behaviour_of(handler)

    async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
        admitted = await _admitted(request, _GUARD.get(), context)
        # Closes what is further in at once when the client leaves.
        async with aclosing(behaviour(admitted, context)) as responses:
            async for response in responses:
                yield response

    async def call(request: Any, context: Context) -> Any:
        return await behaviour(await _admitted(request, _GUARD.get(), context), context)

    return with_behaviour(handler, stream if inspect.isasyncgenfunction(behaviour) else call)


def _while_it_holds(handler: Handler, verifier: TokenVerifier, token: str) -> Handler:
    """Ends a stream of responses before the first one that the token does not hold for any more."""
    behaviour = behaviour_of(handler)

    async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
        async with aclosing(behaviour(request, context)) as responses:
            async for response in responses:
                try:
                    await _identified(verifier, token)
                except InvoiceJobsError as error:
                    await abort(context, error)
                yield response

    return with_behaviour(handler, stream)


async def _admitted(request: Any, guard: _Guard, context: Context) -> Any:
    """Gives the request, or ends the call; of a stream each message is checked as it is read."""
    streamed = isinstance(request, AsyncIterator)
    try:
        await guard.admit(None if streamed else request)
    except Exception as error:  # noqa: BLE001 - the same
        await abort(context, error)
    return _checked(request, guard, context) if streamed else request


async def _checked(
    requests: AsyncIterator[Any], guard: _Guard, context: Context
) -> AsyncIterator[Any]:
    async for request in requests:
        try:
            guard.check(request)
        except InvoiceJobsError as error:
            await abort(context, error)
        yield request
