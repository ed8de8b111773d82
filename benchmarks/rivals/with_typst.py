"""typst: PDF/A-3b with the XML attached; one kept compiler reads template and fonts once."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typst

from benchmarks.content import HEAD, content_of
from benchmarks.rivals.contender import FONTS, LOGO, Draw, factur_x
from server.domain.invoice import Invoice

_TEMPLATE = Path(__file__).with_name("invoice.typ")


def prepare() -> Draw:
    """Makes the compiler."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]
    )
    # The template and the logo are below this folder.
    root = LOGO.parents[1]
    compiler = typst.Compiler(
        _TEMPLATE,
        root=root,
        font_paths=fonts,
    )

    def draw(invoice: Invoice) -> bytes:
        content = asdict(content_of(invoice)) | {"head": HEAD}
        compiled = compiler.compile(
            format="pdf",
            sys_inputs={"content": json.dumps(content), "xml": factur_x(invoice).decode()},
            pdf_standards=["a-3b"],
            timestamp=invoice.issued_at,
            pdf_tags=False,  # level b needs none, and they take time
        )
        assert isinstance(compiled, bytes)
        return compiled

    return draw
