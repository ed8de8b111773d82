"""Elements as text: there only when they say something, for no profile allows empty ones.

An element's text begins at its name: what holds it begins the lines, and therefore is told how deep
it stands. What somebody typed is escaped here and nowhere else; templates hold only what is ours,
such as numbers and known codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

NAMESPACES = {
    # CII D16B and D22B.
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    # UBL 2.1.
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "invoice": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "creditnote": "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
}
# Begins a line, by how deep it stands below the root.
_STARTS = tuple("\n" + "  " * depth for depth in range(8))
# What XML 1.0 cannot hold, not even escaped; shops paste such characters into names.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Readers turn \r into a line end, and in attributes tabs and line ends into blanks.
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTE = _IN_TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})


def node(depth: int, name: str, *content: str) -> str:
    """Writes an element of other elements; nothing where there are none."""
    start = _STARTS[depth + 1]
    inner = start.join(filter(None, content))
    return f"<{name}>{start}{inner}{_STARTS[depth]}</{name}>" if inner else ""


def required(depth: int, name: str, *content: str) -> str:
    """Writes an element of others that the schema wants even when it is empty."""
    return node(depth, name, *content) or f"<{name}/>"


def leaf(name: str, text: str, /, **attributes: str) -> str:
    """Writes an element of text; nothing where there is none.

    Attributes without a value are left out, and characters that XML cannot hold are removed.
    """
    if not text:
        return ""
    # Printable text holds no such character and no line end; most texts need no more than this.
    if not text.isprintable() or "&" in text or "<" in text or ">" in text:
        text = clean(text).translate(_IN_TEXT)
    text = text.strip()
    given = ""
    if attributes:
        for key, value in attributes.items():
            given += attribute(key, value)
    return f"<{name}{given}>{text}</{name}>" if text else ""


def attribute(key: str, value: str) -> str:
    """Writes an attribute and the blank before it; nothing where it has no value."""
    if not value.isalnum():
        value = clean(value).translate(_IN_ATTRIBUTE)
    return f' {key}="{value}"' if value else ""


def placed(depth: int, element: str) -> str:
    """Begins the line of an element in a template; nothing where there is no element."""
    return f"{_STARTS[depth]}{element}" if element else ""


def spread(name: str, content: Iterable[str]) -> Iterator[str]:
    """Writes an element below the root piece by piece: the one that holds the lines."""
    yield f"<{name}>"
    for element in filter(None, content):
        yield f"  {element}"
    yield f"</{name}>"


def document(name: str, prefixes: tuple[str, ...], content: Iterable[str]) -> bytes:
    """Writes a whole document, UTF-8 with its declaration, whose root declares the prefixes.

    Each piece is encoded by itself: a single wide character, such as a quotation mark, would make
    a text of all the lines wide, and five times slower to encode.
    """
    start, end = _root(name, prefixes)
    pieces = [start, *[element.encode() for element in content if element]]
    pieces[-1] += end
    return b"\n  ".join(pieces)


def clean(text: str) -> str:
    """Removes characters that XML 1.0 cannot hold, and blanks around the text."""
    return _ILLEGAL.sub("", text).strip()


@cache
def _root(name: str, prefixes: tuple[str, ...]) -> tuple[bytes, bytes]:
    own, _, local = name.partition(":")
    spaces = "".join(f' xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in prefixes)
    if own in prefixes:
        local = name
    else:
        # UBL's root stands in the default namespace.
        spaces = f' xmlns="{NAMESPACES[own]}"{spaces}'
    start = f"<?xml version='1.0' encoding='UTF-8'?>\n<{local}{spaces}>"
    return start.encode(), f"\n</{local}>\n".encode()
