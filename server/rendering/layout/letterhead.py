"""The head of the first page: logo, sender, address field, title and delivery address."""

from __future__ import annotations

from server.domain.invoice import Branding
from server.domain.party import Party, PostalAddress
from server.rendering.colours import GREY, HAIRLINE
from server.rendering.fonts import Weight
from server.rendering.images import Logo, logo_of
from server.rendering.layout import measures as m
from server.rendering.layout.blocks import BASE, Block, space, text_lines
from server.rendering.layout.context import Context
from server.rendering.pen import Pen, Style
from server.rendering.text import wrap

# An upper bound that keeps a page a page: far beyond any real address.
_MOST_ADDRESS_LINES = 12
_PIXEL = 0.75  # points, at 96 pixels an inch: small logos are not blown up
_SMALLEST_SIDE = 2.0
_COUNTRIES_WITH_CODE_BEHIND_CITY = frozenset("AU CA GB IE IN NZ SG TW US".split())


def draw_brand(ctx: Context, pen: Pen) -> None:
    """Draws the logo, or the brand's name where there is none that can be drawn."""
    branding = ctx.draft.branding
    logo = None if branding.logo is None else logo_of(branding.logo)
    if logo is None or not _draw_logo(pen, logo):
        _draw_brand_name(ctx, pen, branding)


def _draw_logo(pen: Pen, logo: Logo) -> bool:
    scale = min(m.LOGO_WIDTH / logo.width, m.LOGO_HEIGHT / logo.height, _PIXEL)
    width, height = logo.width * scale, logo.height * scale
    if min(width, height) < _SMALLEST_SIDE:
        return False
    pen.logo(m.LEFT, m.LOGO_TOP, width, height, logo)
    return True


def _draw_brand_name(ctx: Context, pen: Pen, branding: Branding) -> None:
    name = branding.brand_name or ctx.draft.seller.name
    styles = [Style(Weight.STRONG, size, size * 1.2, -size / 50) for size in m.BRAND_SIZES]
    style = next((s for s in styles if s.width(name) <= m.WIDTH), styles[-1])
    for index, line in enumerate(wrap(name, style.weight, style.size, m.WIDTH, most=3)):
        y = m.LOGO_TOP + style.size + index * style.leading
        pen.text(m.LEFT, y, line, style, ctx.palette.text)


def draw_address_field(ctx: Context, pen: Pen) -> None:
    """Draws the sender's line and the buyer's address, where a window envelope shows them."""
    seller = ctx.draft.seller
    sender = " · ".join(part for part in (seller.name, *address_lines(seller.address)) if part)
    for line in wrap(sender, m.SENDER.weight, m.SENDER.size, m.ADDRESS_WIDTH, most=1):
        pen.text(m.LEFT, m.SENDER_BASE, line, m.SENDER, GREY)
        pen.rule(m.LEFT, m.LEFT + m.ADDRESS_WIDTH, m.SENDER_BASE + 3.2, HAIRLINE)
    y = m.ADDRESS_TOP + BASE * m.ADDRESS.leading
    for line in address_field_lines(ctx):
        pen.text(m.LEFT, y, line, m.ADDRESS)
        y += m.ADDRESS.leading


def address_field_lines(ctx: Context) -> list[str]:
    """Gives the lines in the address field, wrapped to its width."""
    lines: list[str] = []
    for line in party_lines(ctx, ctx.draft.buyer):
        lines += wrap(line, m.ADDRESS.weight, m.ADDRESS.size, m.ADDRESS_WIDTH)
    return lines[:_MOST_ADDRESS_LINES]


def party_lines(ctx: Context, party: Party) -> list[str]:
    """Gives a party's address, with the country where it is not the seller's own."""
    country = party.address.country
    abroad = country and country != ctx.draft.seller.address.country
    lines = [party.name, party.contact_name, *address_lines(party.address)]
    lines.append(ctx.formats.country(country) if abroad else "")
    return [line for line in lines if line.strip()]


def address_lines(address: PostalAddress) -> list[str]:
    """Gives an address's lines without the country, post code and city in its country's order."""
    if address.country in _COUNTRIES_WITH_CODE_BEHIND_CITY:
        city = f"{address.city} {address.subdivision} {address.post_code}"
    else:
        city = f"{address.post_code} {address.city}"
    return [line for line in (*address.lines, " ".join(city.split())) if line.strip()]


def title_block(ctx: Context) -> Block:
    """Makes the title: the kind of document and its number, beside it where there is room."""
    style, colour = m.TITLE_NUMBER, ctx.palette.text
    begin = m.LEFT + m.TITLE.width(ctx.title) + m.TITLE.size * 0.34
    number = ctx.invoice.number
    fits = begin + style.width(number) <= m.RIGHT
    below = [] if fits else wrap(number, style.weight, style.size, m.WIDTH, most=3)
    under = text_lines(m.LEFT, below, style, colour)

    def draw(pen: Pen, y: float) -> None:
        pen.text(m.LEFT, y + BASE * m.TITLE.leading, ctx.title, m.TITLE)
        if fits:
            pen.text(begin, y + BASE * m.TITLE.leading, number, style, colour)
        under.draw(pen, y + m.TITLE.leading)

    return Block(m.TITLE.leading + under.height, draw)


def preceding_block(ctx: Context) -> Block:
    """Makes the line that says which invoice a credit note corrects."""
    preceding, style = ctx.draft.preceding, m.VALUE
    if preceding is None:
        return space(0)
    day = ctx.formats.day(preceding.issue_date)
    text = ctx.labels.corrects.format(number=preceding.number, date=day)
    return text_lines(m.LEFT, wrap(text, style.weight, style.size, m.WIDTH), style)


def delivery_block(ctx: Context) -> Block:
    """Makes the line that says where the goods went, if that is another address."""
    delivery = ctx.draft.delivery
    if delivery is None:
        return space(0)
    label, style = ctx.labels.delivery_address, m.VALUE
    indent = m.LABEL.width(label) + 8
    where = ", ".join(party_lines(ctx, delivery))
    lines = wrap(where, style.weight, style.size, m.WIDTH - indent, most=6)
    text = text_lines(m.LEFT + indent, lines, style)

    def draw(pen: Pen, y: float) -> None:
        pen.text(m.LEFT, y + BASE * style.leading, label, m.LABEL, GREY)
        text.draw(pen, y)

    return Block(text.height, draw)
