"""Previews the invoice of an order: one that was imported, or one that is only shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from server.domain.errors import InvalidInput, NotFound, NotReady, OrderRejected
from server.domain.job import id_problem
from server.domain.order import Order
from server.domain.settings import OrderPaths, TenantSettings
from server.domain.tenant import Tenant
from server.ports import Database, OrderSource, ReadOrder
from server.service.render_preview import Preview, RenderPreview


@dataclass(frozen=True, slots=True)
class PreviewInvoice:
    """Shows an invoice before it exists. Draws no number and records nothing."""

    database: Database
    source: OrderSource
    read_order: ReadOrder
    render_preview: RenderPreview
    max_order_bytes: int

    def __call__(self, tenant: Tenant, order: str | bytes) -> Preview:
        """Previews an order, given by the id it was imported under or as the platform's JSON.

        That it has an invoice already does not matter. Raises NotFound, InvalidInput that names
        the wrong field, NotReady without settings, OrderRejected as a job would, and Unavailable.
        """
        with self.database.read() as unit:
            settings = unit.settings.get(tenant)
        if settings is None:
            raise NotReady(
                "The tenant has no settings yet: save its sites and number sequences first.",
                reason="SETTINGS_MISSING",
            )
        if isinstance(order, bytes):
            return self.render_preview(self._given(order, settings.order_paths), settings)
        return self.render_preview(self._imported(tenant, order, settings), settings)

    def _imported(self, tenant: Tenant, order_id: str, settings: TenantSettings) -> Order:
        if problem := id_problem(order_id):
            raise InvalidInput.field("order_id", problem)
        found = self.source.orders(tenant, [order_id], settings.order_paths)[order_id]
        if not isinstance(found, OrderRejected):
            return found
        if found.reason == "ORDER_NOT_FOUND":
            raise NotFound(f"There is no order {order_id!r}.", reason=found.reason)
        raise found

    def _given(self, order_json: bytes, paths: OrderPaths) -> Order:
        if len(order_json) > self.max_order_bytes:
            raise InvalidInput.field(
                "order_json", f"has {len(order_json)} bytes; at most {self.max_order_bytes}"
            )
        try:
            order = self.read_order(order_json, paths)
            if problem := id_problem(order.order_id):
                raise InvalidInput.field("id", problem)
        except InvalidInput as error:
            # A path in the order's JSON becomes one in the request.
            violations = (replace(v, field=_in_request(v.field)) for v in error.violations)
            raise InvalidInput(*violations, reason=error.reason) from error
        return order


def _in_request(path: str) -> str:
    return "order_json" if path == "order" else f"order_json.{path}"
