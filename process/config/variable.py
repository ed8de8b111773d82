"""What an environment variable is, and how the text of one becomes a value."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class ConfigError(Exception):
    """Says which variables are wrong, one sentence a line."""


@dataclass(frozen=True, slots=True)
class Variable:
    """Declares an environment variable; README and --help show the same table."""

    name: str
    #: The field of Config that it fills.
    field: str
    default: str
    #: Turns text into the value; raises ValueError that says what is allowed.
    read: Callable[[str], Any]
    doc: str
    #: Whether its value is told to nobody, not even when it is wrong.
    hidden: bool = False


def read_values(variables: Iterable[Variable], environment: Mapping[str, str]) -> dict[str, Any]:
    """Reads each variable for its field. Raises ConfigError that names every wrong one.

    An empty value means the default, as in compose files.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in variables:
        text = environment.get(variable.name, "").strip() or variable.default
        try:
            values[variable.field] = variable.read(text)
        except ValueError as error:
            shown = "not usable" if variable.hidden else repr(text)
            problems.append(f"{variable.name} is {shown}; allowed: {error}.")
    if problems:
        raise ConfigError("\n".join(problems))
    return values


def between(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number from least to most."""

    def read(text: str) -> int:
        # The pattern also keeps int() from taking "1_000" and digits of other scripts.
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def seconds(most: float) -> Callable[[str], float]:
    """Reads a time of more than nothing."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 < value <= most:
            raise ValueError(f"seconds, more than 0 and at most {most:g}")
        return value

    return read


def one_of(*allowed: str) -> Callable[[str], str]:
    """Reads one of some words, in capital or small letters."""

    def read(text: str) -> str:
        for value in allowed:
            if text.lower() == value.lower():
                return value
        raise ValueError(" or ".join(allowed))

    return read


def host(text: str) -> str:
    """Reads the name or the address of a machine."""
    if not text or re.search(r"[\s/\[\]]", text):
        raise ValueError("a host name or an IP address, such as 127.0.0.1 or ::1")
    return text


def networks(text: str) -> tuple[Network, ...]:
    """Reads networks or single addresses, separated by commas."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        allowed = "networks or addresses such as 10.0.0.0/8, fd00::/8 or 192.0.2.1, with commas"
        raise ValueError(f"{allowed} between them") from None


def is_loopback(name: str) -> bool:
    """Tells whether only this machine reaches the host."""
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
