"""Joins the parts of the gateway into one aiohttp application."""

from __future__ import annotations

from aiohttp import web

from gateway.channel import CONFIG, REQUESTS, connect
from gateway.config import Config
from gateway.docs import load_docs, redirect_to_docs
from gateway.documents import read_document
from gateway.health import healthz, readyz
from gateway.invoices import cancel_invoice, read_invoice
from gateway.job_actions import cancel_job, retry_job
from gateway.job_events import WATCHES, end_watches, follow_job
from gateway.jobs import create_job, list_jobs, read_job
from gateway.middleware import surround
from gateway.observing.requests import Requests
from gateway.places import BODY_PLACES, REQUEST_PLACES, make_places
from gateway.previews import preview_invoice
from gateway.tokens import issue_token
from process.exposition import new_registry
from process.trace import PlainTracer

# Patterns of their own, because aiohttp's default one takes no braces.
_TENANT = "/invoice/{tenant:[^/]+}"
_JOBS = _TENANT + "/jobs/invoices"
_JOB = _JOBS + "/{jobId:[^/]+}"
_PREVIEW = _TENANT + "/invoices/preview"
_INVOICE = _TENANT + "/invoices/{invoiceNumber:[^/]+}"


def make_app(config: Config, requests: Requests | None = None) -> web.Application:
    """Makes the application; its channel opens when it starts. Every GET answers HEAD, too.

    requests observes them; without it nobody is told.
    """
    app = web.Application(middlewares=[surround], client_max_size=config.max_body_bytes)
    app[CONFIG] = config
    app[REQUESTS] = requests or Requests(PlainTracer(), new_registry())
    app[WATCHES] = set()
    app[REQUEST_PLACES], app[BODY_PLACES] = make_places(config)
    app.cleanup_ctx.append(connect)
    app.on_shutdown.append(end_watches)
    docs = load_docs()
    app.add_routes(
        [
            web.post(_JOBS, create_job),
            web.get(_JOBS, list_jobs),
            web.get(_JOB, read_job),
            web.get(_JOB + "/events", follow_job),
            web.post(_JOB + "/cancel", cancel_job),
            web.post(_JOB + "/retry", retry_job),
            web.get(_INVOICE, read_invoice),
            web.post(_PREVIEW, preview_invoice),
            web.post(_INVOICE + "/cancel", cancel_invoice),
            web.get(_INVOICE + "/documents/{sha256:[0-9a-f]{64}}.{ending:pdf|xml}", read_document),
            web.post("/oauth/token", issue_token),
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/openapi.json", docs.openapi),
            web.get("/docs", docs.docs),
            web.get("/docs/{asset}", docs.asset),
            web.get("/", redirect_to_docs),
        ]
    )
    return app
