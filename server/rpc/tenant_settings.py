"""The TenantSettings service."""

from __future__ import annotations

from invoicejobs.v1 import tenant_settings_pb2, tenant_settings_pb2_grpc

from server.domain.errors import InvalidInput, NotFound
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant, parse_tenant
from server.handlers import ServicerContext
from server.rpc.read_settings import ALL_FIELDS, read_settings
from server.rpc.threads import Threads
from server.rpc.translate_schedules import outlook_message, read_time_count
from server.rpc.translate_settings import settings_message
from server.service.use_cases import UseCases

_NOTHING = TenantSettings(sites=(), number_sequences=())


class TenantSettingsServicer(tenant_settings_pb2_grpc.TenantSettingsServicer):
    """Keeps each tenant's settings."""

    def __init__(self, use_cases: UseCases, threads: Threads) -> None:
        self._use_cases = use_cases
        self._threads = threads

    async def GetTenantSettings(
        self, request: tenant_settings_pb2.GetTenantSettingsRequest, context: ServicerContext
    ) -> tenant_settings_pb2.GetTenantSettingsResponse:
        """Gets the settings."""
        tenant = parse_tenant(request.tenant)
        settings = await self._threads.run(self._use_cases.read_settings, tenant)
        return tenant_settings_pb2.GetTenantSettingsResponse(settings=settings_message(settings))

    async def UpdateTenantSettings(
        self, request: tenant_settings_pb2.UpdateTenantSettingsRequest, context: ServicerContext
    ) -> tenant_settings_pb2.UpdateTenantSettingsResponse:
        """Replaces the settings, or the fields that update_mask names."""
        tenant = parse_tenant(request.tenant)
        if not request.HasField("settings"):
            raise InvalidInput.field("settings", "must be given")
        settings = await self._threads.run(self._update, tenant, request)
        return tenant_settings_pb2.UpdateTenantSettingsResponse(settings=settings_message(settings))

    async def ListSchedules(
        self, request: tenant_settings_pb2.ListSchedulesRequest, context: ServicerContext
    ) -> tenant_settings_pb2.ListSchedulesResponse:
        """Lists the schedules and what they do."""
        tenant = parse_tenant(request.tenant)
        count = read_time_count(request.time_count)
        outlooks = await self._threads.run(self._use_cases.list_schedules, tenant, count)
        return tenant_settings_pb2.ListSchedulesResponse(
            schedules=[outlook_message(outlook) for outlook in outlooks]
        )

    def _update(
        self, tenant: Tenant, request: tenant_settings_pb2.UpdateTenantSettingsRequest
    ) -> TenantSettings:
        # An empty mask is what JSON clients send for none.
        paths = tuple(request.update_mask.paths)
        # The etag of what was read goes with the merged settings, so that a change made by
        # somebody else in between is a Conflict and not lost.
        current = self._current(tenant) if paths else _NOTHING
        check = self._use_cases.check_settings
        settings = read_settings(request.settings, paths or ALL_FIELDS, current, check)
        return self._use_cases.update_settings(tenant, settings)

    def _current(self, tenant: Tenant) -> TenantSettings:
        try:
            return self._use_cases.read_settings(tenant)
        except NotFound:
            return _NOTHING
