"""Invoices of many shops, one after the other: what a busy server draws in a day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from itertools import count, islice
from random import Random

from PIL import Image as Pillow
from PIL import ImageDraw

from server.domain.branding import LAYOUT_VERSIONS, Branding, Image, Layout, Paper, Typeface
from server.domain.errors import OrderRejected
from server.domain.invoice import Invoice, InvoiceDraft, InvoiceLine
from server.rendering.typography.scripts import check_fonts
from tests.builders.invoices import BUYER, SELLER, make_draft, make_invoice, make_line

_SHOPS = 300
_CHUNK = 25  # invoices of a shop in a row
_NAMES = 500  # of articles, in each script
_MOST_LINES = 40
_KEPT = ("seller", "branding", "language", "currency", "girocode")
_LANGUAGES = "de de-AT de-CH en en-US fr fr-CH it es nl pl pt pt-BR cs ja".split()
_LATIN = "abcdefghijklmnopqrstuvwxyz" * 4 + "áčéíľňóöřšúüžßøåæ"
#: Letters of the scripts that product names are made of.
SCRIPTS = {
    "Latin": _LATIN,
    "Greek": "αάβγδεέζηήθικλμνξοόπρστυφχψω",
    "Cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюяїє",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "Hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
    "Thai": "กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวศสหอ",
    "Devanagari": "कखगघचछजझटठडढतथदधनपफबभमयरलवशसह",
    "Chinese": "商品发票数量单价金额合计北京上海电子书籍衣服茶叶瓷器",
    "Japanese": "しょうひんチャタオル請求書東京大阪本服茶器",
    "Korean": "상품청구서수량단가금액합계서울부산책옷차",
    "emoji": "🎁🚲☕📚🧵🕯",
}


def drawable_scripts() -> tuple[list[str], list[str]]:
    """Gives the scripts that have a font here, and the sentences that refuse the others."""
    drawable, refused = [], []
    for script, letters in SCRIPTS.items():
        try:
            check_fonts(make_draft((make_line(name=letters),)))
        except OrderRejected as missing:
            refused.append(f"{script}: {missing}")
        else:
            drawable.append(script)
    return drawable, refused


def crowd(scripts: list[str], seed: int = 0) -> Iterator[Invoice]:
    """Gives invoices without end: random shops, languages, scripts, lengths and layouts.

    As in a server's jobs, a shop's invoices come in a row.
    """
    chance = Random(seed)  # noqa: S311 - samples, no secrets
    shops = [_shop(chance, number) for number in range(_SHOPS)]
    names = {script: [_name(chance, script) for _ in range(_NAMES)] for script in scripts}
    numbers = count(1)
    while True:
        shop = chance.choice(shops)
        for number in islice(numbers, _CHUNK):
            # Most shops sell in Latin letters, and this keeps the soak short.
            script = chance.choice(scripts) if chance.random() < 0.2 else scripts[0]  # noqa: PLR2004
            yield _invoice(chance, shop, names[script], number)


def _invoice(chance: Random, shop: InvoiceDraft, names: list[str], number: int) -> Invoice:
    length = chance.randint(2, _MOST_LINES)
    lines = tuple(_line(chance, chance.choice(names), position) for position in range(1, length))
    kept = {name: getattr(shop, name) for name in _KEPT}
    return make_invoice(
        lines,
        number=f"R-{number}",
        layout=LAYOUT_VERSIONS[shop.branding.layout],
        buyer=replace(BUYER, name=f"{chance.choice(names)} {number}"),
        **kept,
    )


def _shop(chance: Random, number: int) -> InvoiceDraft:
    name = f"{_words(chance, 'Latin', 2).title()} GmbH"
    branding = Branding(
        brand_name=name,
        primary_color=f"#{chance.randrange(0x1000000):06X}",
        logo=_logo(chance) if chance.random() < 0.8 else None,  # noqa: PLR2004
        opening_text=_words(chance, "Latin", chance.randint(0, 20)),
        closing_text=_words(chance, "Latin", chance.randint(0, 60)),
        layout=chance.choice(list(Layout)),
        paper=chance.choice(list(Paper)),
        typeface=chance.choice(list(Typeface)),
        footer_columns=tuple(_words(chance, "Latin", 4) for _ in range(chance.randint(0, 4))),
    )
    return make_draft(
        seller=replace(SELLER, name=name, email=f"shop-{number}@example.com"),
        branding=branding,
        language=chance.choice(_LANGUAGES),
        currency=chance.choice(("EUR", "EUR", "EUR", "CHF", "USD", "JPY")),
        girocode=chance.random() < 0.5,  # noqa: PLR2004
    )


def _line(chance: Random, name: str, position: int) -> InvoiceLine:
    return make_line(
        position,
        # No text comes twice, so that a cache without a bound would be found out.
        name=f"{name} {chance.randrange(10**9)}",
        item_id=f"A-{chance.randrange(10**6)}",
        quantity=Decimal(chance.randint(1, 99)),
        unit_price=Decimal(chance.randint(100, 99_999)) / 100,
    )


def _name(chance: Random, script: str) -> str:
    return _words(chance, script, chance.randint(1, 8))


def _words(chance: Random, script: str, number: int) -> str:
    letters = SCRIPTS[script]
    return " ".join("".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(number))


def _logo(chance: Random) -> Image:
    size = (chance.randint(60, 600), chance.randint(40, 200))
    mode, form = chance.choice((("RGBA", "PNG"), ("RGB", "PNG"), ("P", "PNG"), ("RGB", "JPEG")))
    picture = Pillow.new("RGBA", size, (0, 0, 0, 0))
    colour = tuple(chance.randrange(256) for _ in range(3))
    ImageDraw.Draw(picture).ellipse((5, 5, size[0] - 5, size[1] - 5), fill=(*colour, 255))
    sink = BytesIO()
    picture.convert(mode).save(sink, form)
    data = sink.getvalue()
    return Image(hashlib.sha256(data).hexdigest(), data)
