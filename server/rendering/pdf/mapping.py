"""Writes the way from a font's codes back to Unicode, by which text is searched and copied."""

from __future__ import annotations

from collections.abc import Mapping

#: The most entries of one bfchar block (Adobe Technical Note 5411).
_BLOCK = 100


def to_unicode(meanings: Mapping[int, str], code_bytes: int) -> bytes:
    """Writes what each code of so many bytes shows (ISO 32000-1, 9.10.3).

    Codes that show nothing by themselves are left out.
    """
    digits = 2 * code_bytes
    said = [(code, text) for code, text in sorted(meanings.items()) if text]
    blocks = []
    for start in range(0, len(said), _BLOCK):
        block = said[start : start + _BLOCK]
        entries = "\n".join(
            f"<{code:0{digits}X}><{text.encode('utf-16-be').hex().upper()}>" for code, text in block
        )
        blocks.append(f"{len(block)} beginbfchar\n{entries}\nendbfchar")
    mapping = "\n".join(blocks)
    return f"""\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<{"0" * digits}><{"F" * digits}>
endcodespacerange
{mapping}
endcmap
CMapName currentdict /CMap defineresource pop
end
end""".encode("ascii")
