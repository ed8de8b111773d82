"""What all invoices of a shop have in common, written once: fonts, colours, the logo.

A kit is the first part of a file, ready to be copied: its objects, and where each of them begins.
What belongs to one invoice is appended to it (`file`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from server.domain.branding import Typeface
from server.rendering.images import Logo
from server.rendering.pdf.fonts import font_bodies
from server.rendering.pdf.objects import raw_stream, stream
from server.rendering.typography.faces import Weight, face

#: Bytes above 127 tell programs that this is no text (ISO 32000-1, 7.5.2; PDF/A wants them).
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
#: What pages call the logo.
LOGO_RESOURCE = "Logo"
_SRGB = Path(__file__).with_name("srgb.icc")
#: What the output intent's conditions are called by the International Color Consortium.
_CONDITIONS = "/OutputConditionIdentifier(sRGB IEC61966-2.1)/RegistryName(http://www.color.org)"


@dataclass(frozen=True, slots=True, eq=False)
class Kit:
    """The first objects of a file, numbered from 1."""

    #: The file so far.
    beginning: bytes
    #: Lines of the cross-reference table for its objects (7.5.4).
    references: str
    #: The number of the first object that comes after.
    next_number: int
    #: Number of the output intent.
    output_intent: int
    #: Entries of the pages' resources: the faces' first fonts.
    fonts: str
    #: The same for the logo; empty if there is none.
    images: str


@lru_cache(maxsize=32)
def kit_for(typeface: Typeface, logo: Logo | None) -> Kit:
    """Writes the kit of a family of fonts and a logo, or finds it written."""
    profile = stream("/N 3", _SRGB.read_bytes(), once=True)
    intent = f"<</Type/OutputIntent/S/GTS_PDFA1{_CONDITIONS}/DestOutputProfile 1 0 R>>"
    bodies = [profile, intent.encode()]
    fonts = ""
    for weight in Weight:
        one = face(typeface, weight)
        fonts += f"/{one.fonts[0].resource} {len(bodies) + 1} 0 R"
        bodies += font_bodies(one, one.fonts[0], len(bodies) + 1)
    images = ""
    if logo is not None:
        images = f"/{LOGO_RESOURCE} {len(bodies) + 1} 0 R"
        bodies += _logo_bodies(logo, len(bodies) + 1)
    beginning, references = _HEADER, []
    for number, body in enumerate(bodies, 1):
        references.append(f"{len(beginning):010d} 00000 n \n")
        beginning += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return Kit(
        beginning=beginning,
        references="".join(references),
        next_number=len(bodies) + 1,
        output_intent=2,
        fonts=fonts,
        images=images,
    )


def _logo_bodies(logo: Logo, number: int) -> list[bytes]:
    """Gives the bodies of the picture and, where it has one, its alpha channel (8.9.5, 11.6.5)."""
    size = f"/Type/XObject/Subtype/Image/Width {logo.width}/Height {logo.height}/BitsPerComponent 8"
    if logo.is_jpeg:
        return [raw_stream(f"{size}/ColorSpace/DeviceRGB/Filter/DCTDecode", logo.samples)]
    mask = "" if logo.alpha is None else f"/SMask {number + 1} 0 R"
    size += "/Filter/FlateDecode"
    bodies = [raw_stream(f"{size}/ColorSpace/DeviceRGB{mask}", logo.samples)]
    if logo.alpha is not None:
        bodies.append(raw_stream(f"{size}/ColorSpace/DeviceGray", logo.alpha))
    return bodies
