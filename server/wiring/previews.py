"""Joins what renders previews."""

from __future__ import annotations

from server.identifiers.check_digits import CheckDigits
from server.ports import Clock, Identifiers, Renderer
from server.preview import RenderFiles
from server.rendering import render_document, render_preview
from server.rendering.labels import labels_for
from server.rendering.logos import prepare_logo
from server.rendering.typography.scripts import check_fonts
from server.rpc.settings_json import read_settings_json
from server.service.logos import TakeLogos
from server.service.render_preview import RenderPreview
from server.service.settings import CheckSettings
from server.sources.logo_url import refuse_logo_url
from server.sources.read_order import read_order
from server.wiring.clock import SystemClock
from server.wiring.drawing import get_ready_to_draw
from server.work.render_here import RenderHere


def join_previews(clock: Clock, identifiers: Identifiers, renderer: Renderer) -> RenderPreview:
    """Joins what renders a preview."""
    return RenderPreview(
        clock, identifiers, check_fonts, renderer, lambda tag: labels_for(tag).preview
    )


def render_files() -> RenderFiles:
    """Joins what renders previews of files: nothing runs behind it and nothing is kept."""
    clock, identifiers = SystemClock(), CheckDigits()
    check_settings = CheckSettings(identifiers)
    renderer = RenderHere(render_document, render_preview, get_ready_to_draw)
    return RenderFiles(
        lambda text: read_settings_json(text, check_settings),
        TakeLogos(clock, refuse_logo_url, prepare_logo),
        read_order,
        join_previews(clock, identifiers, renderer),
    )
