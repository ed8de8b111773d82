"""Turns an SVG into a PNG, without trusting it.

What could reach outside is taken out before it is drawn (entities, links to files and addresses);
how large the PNG gets is decided here and not by the SVG; and it is drawn in a process that may
use only so much time and memory.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

from lxml import etree

from server.domain.branding_check import LOGO_BYTES
from server.domain.errors import LogoRefused, Unavailable

#: Pixels on the longer side. Pictures with too many colours are drawn with the fewer.
_SIDES = (1400, 700)
#: Seconds for a process, its start on a busy machine included; it limits its computing itself.
_PATIENCE = 15
#: Pictures drawn at the same time: each may take half a gibibyte.
_turns = threading.BoundedSemaphore(2)

_NAMESPACE = "http://www.w3.org/2000/svg"
_PROCESS = Path(__file__).with_name("svg_process.py")
#: What a link may lead to: a part of the same picture, or a picture inside of it.
_INNER = re.compile(r"\s*(?:#|data:image/(?:png|jpe?g|gif|webp)\s*[;,])", re.IGNORECASE)
# Each digit can be read in one way only: an expression that could try two would take hours for a
# megabyte of them.
_LENGTH = re.compile(
    r"\+?((?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)\s?(px|pt|pc|mm|cm|in)?"
)
#: Characters of a length that somebody means.
_LONGEST_LENGTH = 40
#: Pixels that a picture may say it is high or wide; any other size is none.
_SENSIBLE = (1e-3, 1e9)
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 960 / 25.4, "in": 96}


def looks_like_svg(data: bytes) -> bool:
    """Tells whether the bytes begin as XML does."""
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") or data.removeprefix(
        b"\xef\xbb\xbf"
    ).lstrip().startswith(b"<")


def svg_to_png(data: bytes) -> bytes:
    """Draws an SVG. Raises LogoRefused, saying what is wrong with it; Unavailable when busy."""
    root = _parse(data)
    _cut_links(root)
    width, height = _size(root)
    if "viewBox" not in root.attrib:
        root.set("viewBox", f"0 0 {width} {height}")
    for side in _SIDES:
        scale = side / max(width, height)
        root.set("width", str(max(1, round(width * scale))))
        root.set("height", str(max(1, round(height * scale))))
        png = _draw(etree.tostring(root))
        if len(png) <= LOGO_BYTES:
            return png
    raise LogoRefused("holds pictures with too many colours; save it as PNG or JPEG")


def _parse(data: bytes) -> etree._Element:
    # Internal entities are what drawing programs write for namespaces. libxml2 bounds how far
    # they grow, and how deep elements are nested.
    parser = etree.XMLParser(
        resolve_entities="internal",  # type: ignore[arg-type] # the stubs are older than this value
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _no_svg(data, f"is no SVG that can be read ({error}); export it again") from error
    if root.tag != f"{{{_NAMESPACE}}}svg":
        raise _no_svg(data, f"is no SVG: it does not begin with <svg xmlns={_NAMESPACE!r}>")
    return root


def _no_svg(data: bytes, problem: str) -> LogoRefused:
    is_page = b"<html" in data[:1024].lower()
    return LogoRefused("is a web page; give a PNG, JPEG or SVG image" if is_page else problem)


def _cut_links(root: etree._Element) -> None:
    # The library would read files that a link names, and put those that are pictures in.
    for element in root.iter(etree.Element):
        for name, value in element.items():
            if etree.QName(name).localname == "href" and not _INNER.match(str(value)):
                del element.attrib[name]


def _size(root: etree._Element) -> tuple[float, float]:
    """Reads width and height in pixels."""
    width, height = _length(root.get("width")), _length(root.get("height"))
    box = (root.get("viewBox") or "").replace(",", " ").split()
    box_width, box_height = map(_length, box[2:]) if len(box) == len("xywh") else (0.0, 0.0)
    if box_width and box_height:
        if not width and not height:
            return box_width, box_height
        shape = box_width / box_height
        return width or height * shape, height or width / shape
    if not width or not height:
        raise LogoRefused("does not say how large it is; give its <svg> a viewBox")
    return width, height


def _length(text: str | None) -> float:
    """Reads a length in pixels; 0 for one that depends on its surroundings, or is none."""
    text = (text or "").strip()
    found = _LENGTH.fullmatch(text) if len(text) <= _LONGEST_LENGTH else None
    length = float(found[1]) * _PIXELS[found[2] or ""] if found else 0.0
    return length if _SENSIBLE[0] < length < _SENSIBLE[1] else 0.0


def _draw(svg: bytes) -> bytes:
    if not _turns.acquire(timeout=_PATIENCE):
        raise Unavailable("Many SVG logos are being drawn just now. Save again in a minute.")
    try:
        # -P: the modules beside the script shall not hide the standard library's.
        drawn = subprocess.run(  # noqa: S603 - our own script, the SVG is only its input
            [sys.executable, "-P", str(_PROCESS)],
            input=svg,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_complex() from error
    finally:
        _turns.release()
    if drawn.returncode < 0:  # ended by a signal: out of time or memory
        raise _too_complex()
    if drawn.returncode or not drawn.stdout:
        raise LogoRefused("is an SVG that cannot be drawn; export it again, or save it as PNG")
    return drawn.stdout


def _too_complex() -> LogoRefused:
    return LogoRefused("takes too much time or memory to draw; simplify it, or save it as PNG")
