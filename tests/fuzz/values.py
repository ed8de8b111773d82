"""Values that break careless programs."""

from __future__ import annotations

from random import Random

#: Bytes that are no UTF-8, and the text in whose place they are put: a protobuf message refuses
#: to hold them, its bytes do not.
BROKEN, BROKEN_STAND_IN = b"\xff\xc0\xed\xa0\x80\xfe", "\N{ASTERISM}\N{ASTERISM}"

TEXTS = (
    *("", " ", "\x00", "a\x00b", "\r\nX-More: 1", "\t", "\u2028", "\ufeff", "\x1b[31m", "\x7f"),
    *(
        "a" * 129,
        "W" * 3000,
        "wort " * 600,
        "ß" * 300,
        "😀" * 300,
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "e\u0301\u0302\u0303" * 60,
    ),
    *(
        "\u202eevil\u202c",
        "\u2066\u2067\u2068",
        "مرحبا بالعالم 123",
        "שלום",
        "नमस्ते",
        "ไทยแลนด์",
        "日本語請求書",
    ),
    *("\ufffe\uffff", "\U0010ffff", "\ue000", "\U000e0fff", "\u0378", "\u00ad\u200b\u200d", "က္ကြ"),
    *("../../../etc/passwd", "..%2f..%2f", "%00", "%", "C:\\con", "/", ".", "-", "--help", "~root"),
    *("' OR '1'='1", '"; DROP TABLE invoices; --', "%s%n%x", "{0.__class__}", "${jndi:ldap://x}"),
    *(
        "<script>alert(1)</script>",
        "]]>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
        "&amp;",
        "(\\",
        "<<>>",
    ),
    *("NaN", "sNaN", "-Infinity", "1e999999", "1E-999999", "-0", "0x10", "٣", "1_000", "9" * 60),
    *("12.345", "0.000000000001", "999999999999.99", "-1", "1,5", "1e3", "+1", " 1", "⅓", "²"),
    *(
        "2026-02-30",
        "0000-00-00",
        "9999-12-31T23:59:60Z",
        "2026-11-23T00:00:00+99:99",
        "-0001-01-01",
    ),
    *(
        "DE",
        "de",
        "XX",
        "EUR",
        "JPY",
        "CLF",
        "eur",
        "de-DE-u-co-phonebk",
        "x-" * 40,
        "Europe/Berlin",
    ),
    *("Etc/GMT+14", "../UTC", "posixrules", "* * * * *", "0 0 30 2 *", "*/0 * * * *", "@reboot"),
    *("__year__", "__", "__x__", "__year____year__", "RE-__country__-", "#FFFFFF", "#12", "red"),
    *(
        "https://127.0.0.1/a.png",
        "https://[::1]/",
        "https://169.254.169.254/",
        "file:///etc/passwd",
    ),
    *("DE994127061", "AT U12345678", "DE02120300000000202051", "0204:991-12345-67", "tenant=acme"),
    *("acme", "moody", "Acme", "order-1", "main", "FALSE", "null", "undefined", BROKEN_STAND_IN),
)
NUMBERS = (
    *(0, 1, -1, 2, 3, 9, 18, 19, 20, 99, 100, 101, 128, 1000, 1001, 50_000),
    *(2**31 - 1, -(2**31), 2**32 - 1, 2**53, 2**63 - 1, -(2**63), 2**64 - 1),
    # Seconds at the ends of what a Timestamp and a datetime can say.
    *(-62_135_596_800, -62_135_596_801, 253_402_300_799, 253_402_300_800, 999_999_999),
)


def text(chance: Random) -> str:
    """Gives a text: one that is known to be nasty, pieces of several, or anything."""
    match chance.randrange(10):
        case 0:
            return "".join(chance.choices(TEXTS[1:40], k=3))
        case 1:
            points = [chance.randrange(0x110000) for _ in range(chance.randrange(20))]
            return "".join(chr(point) for point in points if not 0xD800 <= point < 0xE000)
        case 2:
            return chance.choice(TEXTS)[:8] * chance.randrange(1, 200)
        case _:
            return chance.choice(TEXTS)


def number(chance: Random, low: int, high: int) -> int:
    """Gives a whole number between two limits, which are likely themselves."""
    fitting = [given for given in (*NUMBERS, low, high) if low <= given <= high]
    return chance.choice(fitting) if chance.random() < 0.8 else chance.randint(low, high)


def damaged(chance: Random, data: bytes) -> bytes:
    """Gives bytes with something wrong about them."""
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at = chance.randrange(len(broken) + 1)
        match chance.randrange(6):
            case 0:
                del broken[at:]
            case 1 if at < len(broken):
                broken[at] ^= 1 << chance.randrange(8)
            case 2:
                broken[at:at] = chance.randbytes(chance.randrange(1, 20))
            case 3:
                del broken[at : at + chance.randrange(1, 20)]
            case 4:
                broken[at:at] = broken[at : at + chance.randrange(1, 200)] * chance.randrange(1, 4)
            case _:
                broken[at : at + 4] = chance.choice(
                    (b"\xff" * 4, b"\x00" * 4, b"\x80" * 12, BROKEN)
                )
    return bytes(broken)
