"""The few kinds of objects that a file is made of, as bytes (ISO 32000-1 section 7.3)."""

from __future__ import annotations

import deflate

#: How hard streams are compressed that every document makes anew, and those made once. More than
#: that takes thirty times as long for a tenth less.
_QUICK, _THOROUGH = 1, 9


def pack(data: bytes, *, once: bool = False) -> bytes:
    """Compresses data as Flate streams are; `once`, if it may take time.

    The compressor comes with its package, so that the bytes do not depend on how somebody built
    Python's own.
    """
    return bytes(deflate.zlib_compress(data, _THOROUGH if once else _QUICK))


def stream(dictionary: str, data: bytes, *, once: bool = False) -> bytes:
    """Makes a compressed stream; `once`, if it is made for many documents."""
    return raw_stream(f"{dictionary}/Filter/FlateDecode", pack(data, once=once))


def raw_stream(dictionary: str, data: bytes) -> bytes:
    """Makes a stream of bytes as they are."""
    head = f"<<{dictionary}/Length {len(data)}>>\nstream\n"
    # PDF/A wants the end of line before endstream (ISO 19005-3, 6.1.7.1). Were it a line feed only,
    # data that end in a carriage return would seem to be one byte shorter.
    return b"%b%b\r\nendstream" % (head.encode("ascii"), data)


def text_string(text: str) -> str:
    """Writes a text that people read (7.9.2.2): as it is if it is ASCII, else in UTF-16."""
    if text.isascii():
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return f"({escaped})"
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"
