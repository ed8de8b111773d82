"""Runs content streams and tells which text they show, in the order they show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Name

#: Operators that show strings; an array of them holds distances, too.
_SHOWING = {"Tj", "TJ", "'", '"'}
#: Operators that go to another place.
_MOVING = {"Tm", "Td", "TD", "T*"}


@dataclass(slots=True)
class Shown:
    """A string that is shown, or what it is replaced by when it is read (ActualText)."""

    font: Any
    codes: bytes
    #: None where the font's own table says what is shown.
    instead: str | None = None


@dataclass(slots=True)
class _State:
    resources: Any
    font: Any = None
    saved: list[Any] = field(default_factory=list)
    #: For each open marked content, whether it replaces its text.
    marked: list[bool] = field(default_factory=list)


def shown_on(page: pikepdf.Page) -> Iterator[Shown]:
    """Gives what a page and the forms it uses show."""
    return _run(page.obj, page.obj.get("/Resources") or page.resources)


def _run(stream: Any, resources: Any) -> Iterator[Shown]:
    state = _State(resources)
    for instruction in pikepdf.parse_content_stream(stream):
        operands, name = instruction.operands, str(instruction.operator)
        if name in _SHOWING:
            yield from _strings(operands, state)
        elif name in _MOVING and not any(state.marked):
            yield Shown(state.font, b"", "\n")
        elif name in {"BDC", "BMC"}:
            yield from _begin_marked(operands, state)
        elif name == "Do":
            form = state.resources.XObject[operands[0]]
            if form.get("/Subtype") == Name.Form:
                yield from _run(form, form.get("/Resources", state.resources))
        else:
            _follow(name, operands, state)


def _follow(name: str, operands: Any, state: _State) -> None:
    """Follows what changes how text is shown."""
    if name == "Tf":
        state.font = state.resources.Font[operands[0]]
    elif name == "q":
        state.saved.append(state.font)
    elif name == "Q":
        state.font = state.saved.pop()
    elif name == "EMC":
        state.marked.pop()


def _begin_marked(operands: Any, state: _State) -> Iterator[Shown]:
    properties: Any = operands[1] if len(operands) > 1 else None
    if isinstance(properties, Name):
        properties = state.resources.Properties[properties]
    replaces = properties is not None and "/ActualText" in properties
    if replaces and not any(state.marked):
        yield Shown(state.font, b"", str(properties["/ActualText"]))
    state.marked.append(replaces)


def _strings(operands: Any, state: _State) -> Iterator[Shown]:
    shown = operands[-1]
    parts = shown if isinstance(shown, pikepdf.Array) else [shown]
    for part in parts:
        if isinstance(part, pikepdf.String):
            yield Shown(state.font, bytes(part), "" if any(state.marked) else None)
