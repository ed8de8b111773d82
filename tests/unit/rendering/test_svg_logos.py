"""SVG logos become PNG: drawn as browsers do, with nothing from outside, in bounded time."""

import base64
import io

import pytest
from PIL import Image as Pillow

from server.domain.errors import LogoRefused
from server.rendering.logos import prepare_logo
from tests.unit.rendering.pictures import saved

RED = (255, 0, 0, 255)
NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
BOX = 'viewBox="0 0 100 50"'


def svg(content, attributes=BOX):
    return f"<svg {NAMESPACES} {attributes}>{content}</svg>".encode()


def drawn(data):
    """Gives the picture that becomes of an SVG."""
    prepared = prepare_logo(data)
    with Pillow.open(io.BytesIO(prepared), formats=("PNG",)) as picture:
        return picture.convert("RGBA")


def refusal(data):
    with pytest.raises(LogoRefused) as caught:
        prepare_logo(data)
    return caught.value.message


def colours(picture):
    return {colour for _, colour in picture.getcolors(picture.width * picture.height)}


def data_url(data, kind="image/png"):
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def red_png(size=(10, 10)):
    return saved(Pillow.new("RGB", size, RED[:3]), "PNG").data


DOT = '<rect width="10" height="10" fill="red"/>'
IMAGE = '<image width="100" height="50" {}/><rect width="1" height="1" fill="blue"/>'


def test_a_drawing_is_drawn_on_a_transparent_ground():
    picture = drawn(svg('<rect width="50" height="50" fill="red"/>'))
    assert picture.size == (1400, 700)
    assert picture.getpixel((350, 350)) == RED
    assert picture.getpixel((1050, 350)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('viewBox="0 0 50 100"', (700, 1400)),
        ('viewBox="-10,-10 2e6,1e6"', (1400, 700)),
        ('width="20mm" height="1cm"', (1400, 700)),
        ('width="1e8" height="1e8"', (1400, 1400)),
        ('width="100%" height="100%" viewBox="0 0 4 1"', (1400, 350)),
        ('width="3in" viewBox="0 0 30 10"', (1400, 467)),
        ('style="width:90000px;height:90000px" viewBox="0 0 1 1"', (1400, 1400)),
    ],
)
def test_its_shape_is_the_drawings_and_its_size_is_ours(attributes, size):
    assert drawn(svg('<rect width="100%" height="100%"/>', attributes)).size == size


@pytest.mark.parametrize("attributes", ["", 'width="100%"', 'viewBox="0 0 0 5"', 'width="5"'])
def test_a_drawing_that_has_no_size_is_refused(attributes):
    assert "give its <svg> a viewBox" in refusal(svg(DOT, attributes))


@pytest.mark.parametrize("family", ["Arial", "'Brand Sans', monospace", "fantasy"])
def test_text_is_set_in_the_shipped_font_whatever_it_asks_for(family):
    text = f'<text y="40" font-size="40" font-family="{family}">Nord</text>'
    assert drawn(svg(text)) == drawn(svg(text.replace(family, "Inter Tabular")))


def test_what_drawing_programs_write_is_understood():
    entity = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg">]>'
    old = (
        entity
        + b'<svg xmlns="&ns;" viewBox="0 0 1 1"><!-- Made by hand --><path d="M0 0h1v1"/></svg>'
    )
    assert drawn(old).size == (1400, 1400)
    assert drawn(b"\xef\xbb\xbf\n" + svg(DOT)).size == (1400, 700)
    assert drawn(svg(DOT).decode().encode("utf-16")).size == (1400, 700)
    style = "<style>.a{fill:red}</style><g id='g'><path class='a' d='M0 0h100v50h-100z'/></g>"
    assert colours(drawn(svg(f"<defs>{style}</defs><use xlink:href='#g'/>"))) == {RED}


def test_a_picture_inside_of_the_drawing_is_drawn():
    inside = IMAGE.format(f'preserveAspectRatio="none" xlink:href="{data_url(red_png())}"')
    assert RED in colours(drawn(svg(inside)))


@pytest.mark.parametrize("attribute", ["href", "xlink:href"])
@pytest.mark.parametrize("prefix", ["", "file://", " "])
def test_a_file_on_the_servers_disk_is_not_drawn(tmp_path, attribute, prefix):
    (secret := tmp_path / "secret.png").write_bytes(red_png((100, 50)))
    for content in (
        IMAGE.format(f'{attribute}="{prefix}{secret}"'),
        f'<filter id="f"><feImage {attribute}="{prefix}{secret}"/></filter>'
        '<rect width="100" height="50" fill="blue" filter="url(#f)"/>' + IMAGE.format(""),
    ):
        assert RED not in colours(drawn(svg(content)))


def test_a_file_is_not_drawn_by_a_drawing_inside_of_the_drawing(tmp_path):
    (secret := tmp_path / "secret.png").write_bytes(red_png())
    inner = svg(f'<image width="100" height="50" href="{secret}"/>')
    for kind in ("image/svg+xml", "image/png"):
        assert RED not in colours(drawn(svg(IMAGE.format(f'href="{data_url(inner, kind)}"'))))


def test_a_file_is_not_read_through_an_entity(tmp_path):
    (secret := tmp_path / "secret.txt").write_text("secret")
    for declaration in (
        f'x SYSTEM "{secret.as_uri()}"',
        f'% p SYSTEM "{secret.as_uri()}"> %p; <!--',
    ):
        data = f"<!DOCTYPE svg [<!ENTITY {declaration}>]>".encode() + svg("<text>&x;</text>")
        assert "no SVG that can be read" in refusal(data)


def entities_of_entities():
    bomb = '<!ENTITY a0 "aaaaaaaaaa">'
    bomb += "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f"<!DOCTYPE svg [{bomb}]>".encode() + svg("<text>&a9;</text>")


def copies_of_copies():
    groups = [f'<g id="a0">{DOT}</g>']
    for number in range(13):
        copies = f'<use href="#a{number}"/>' * 10
        groups.append(f'<g id="a{number + 1}">{copies}</g>')
    return svg(f'<defs>{"".join(groups)}</defs><use href="#a13"/>')


def patterns_of_patterns():
    fill = '<rect width="100" height="100" fill="url(#p{})"/>'
    patterns = (
        f'<pattern id="p{n}" width="0.1" height="0.1">{fill.format(n - 1) * 2}</pattern>'
        for n in range(1, 30)
    )
    first = '<pattern id="p0" width="1" height="1"><rect width="1" height="1"/></pattern>'
    return svg(f"<defs>{first}{''.join(patterns)}</defs>" + fill.format(29))


def endless_filter():
    effects = '<feTurbulence numOctaves="1000"/><feMorphology operator="dilate" radius="100"/>' * 50
    region = 'x="-1000%" y="-1000%" width="2100%" height="2100%"'
    return svg(
        f'<filter id="f" {region}>{effects}</filter><rect width="9" height="9" filter="url(#f)"/>'
    )


@pytest.mark.parametrize(
    "bomb",
    [
        entities_of_entities,
        copies_of_copies,
        patterns_of_patterns,
        endless_filter,
        lambda: svg("<g>" * 300 + DOT + "</g>" * 300),
        lambda: svg('<g opacity=".9">' * 240 + '<rect width="100" height="50"/>' + "</g>" * 240),
        lambda: svg(IMAGE.format(f'href="{data_url(png_of(16_000))}"')),
    ],
    ids="entities uses patterns filter depth layers picture".split(),
)
def test_a_small_file_that_would_take_for_ever_or_all_memory_is_given_up(bomb):
    data = bomb()
    assert len(data) < 200_000
    assert refusal(data)


@pytest.mark.timeout(10)  # minutes, where an expression tries all ways to divide the digits
@pytest.mark.parametrize("attribute", ['width="{}x" height="1"', 'viewBox="0 0 {}x 1"'])
def test_a_length_of_a_hundred_thousand_digits_is_none(attribute):
    assert "give its <svg> a viewBox" in refusal(svg(DOT, attribute.format("1" * 100_000)))


def png_of(side):
    """Makes a PNG that is far larger than its bytes."""
    return saved(Pillow.new("1", (side, side)), "PNG").data


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<svg", "no SVG that can be read"),
        (b"<svg viewBox='0 0 1 1'/>", "does not begin with <svg xmlns="),
        (b"<note>Hello</note>", "does not begin with <svg xmlns="),
        (svg(""), "shows nothing"),
        (svg('<rect width="999" height="1"/>', 'viewBox="0 0 999 1"'), "shows nothing"),
    ],
)
def test_what_is_no_drawing_is_refused_with_the_reason(data, problem):
    assert problem in refusal(data)


def test_a_drawing_of_a_photograph_is_made_smaller_to_fit():
    noise = Pillow.effect_noise((500, 250), 90).convert("RGB")
    photograph = data_url(saved(noise, "JPEG", quality=60).data, "image/jpeg")
    assert drawn(svg(IMAGE.format(f'href="{photograph}"'))).size == (700, 350)


def test_the_same_drawing_gives_the_same_bytes():
    assert prepare_logo(svg(DOT)) == prepare_logo(svg(DOT))
