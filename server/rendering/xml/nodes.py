"""Elements that are there only when they say something: no profile allows empty ones."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from lxml import etree

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
# What XML 1.0 cannot hold, not even escaped; shops paste such characters into names.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Element(NamedTuple):
    """An element as a value: its name with prefix, and what is in it."""

    name: str
    text: str
    attributes: dict[str, str]
    children: tuple[Element, ...]


def node(name: str, /, *content: str | Element | None, **attributes: str) -> Element | None:
    """Makes an element of its text or children; None when there is neither.

    Attributes without a value are left out, and characters that XML cannot hold are removed.
    """
    made = required(name, *content, **attributes)
    return made if made.text or made.children else None


def required(name: str, /, *content: str | Element | None, **attributes: str) -> Element:
    """Makes an element that the schema wants even when it is empty."""
    return Element(
        name,
        clean("".join(part for part in content if isinstance(part, str))),
        {key: cleaned for key, value in attributes.items() if (cleaned := clean(value))},
        tuple(part for part in content if isinstance(part, Element)),
    )


def document(name: str, prefixes: tuple[str, ...], *content: Element | None) -> bytes:
    """Writes a whole document, UTF-8 with its declaration, whose root declares the prefixes."""
    spaces = {prefix: NAMESPACES[prefix] for prefix in prefixes}
    own = name.partition(":")[0]
    # UBL's root stands in the default namespace; lxml knows it as None, its stubs do not.
    default = {} if own in spaces else {None: NAMESPACES[own]}
    root = etree.Element(_tag(name), nsmap=default | spaces)  # type: ignore[arg-type]
    for part in content:
        if part is not None:
            _grow(root, part)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def clean(text: str) -> str:
    """Removes characters that XML 1.0 cannot hold, and blanks around the text."""
    return _ILLEGAL.sub("", text).strip()


def _grow(parent: etree._Element, element: Element) -> None:
    grown = etree.SubElement(parent, _tag(element.name), element.attributes)
    grown.text = element.text or None
    for child in element.children:
        _grow(grown, child)


@cache
def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"
