"""Who may call."""

from __future__ import annotations

from dataclasses import dataclass

from process.config.variable import Variable, one_of


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may call."""

    #: "off" (anybody) or "jwt" (whoever has a token, which the server checks).
    auth: str


VARIABLES = (
    Variable("INVOICEJOBS_AUTH", "auth", "off", one_of("off", "jwt"),
             "Who may call: off lets everybody in who reaches the port, jwt whoever has a valid "
             "token."),
)  # fmt: skip
