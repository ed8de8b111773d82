"""Starts a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from server.domain.errors import InvalidInput, InvoiceJobsError, Unavailable
from server.domain.job import Job, JobType, id_problem
from server.domain.tenant import Tenant
from server.ports import Clock, Database, UnitOfWork
from server.service.begun_jobs import BegunJobs
from server.service.job_limits import DEFAULT_LIMITS, JobLimits
from server.service.job_loads import JobLoads
from server.service.job_readiness import JobReadiness
from server.service.job_starts import JobRequest, JobStarts
from server.service.origin import current_origin
from server.service.requests import check_request_id

#: Orders may be named more than once, within reason: so many times as many as a job may have.
_NAMED_TWICE = 2


@dataclass(frozen=True, slots=True)
class CreateJob:
    """Records a job, its orders and its chunks in one transaction, then wakes the workers."""

    database: Database
    clock: Clock
    new_id: Callable[[], str]
    wake: Callable[[], None]
    max_orders: int
    chunk_size: int
    limits: JobLimits = DEFAULT_LIMITS
    loads: JobLoads = field(default_factory=JobLoads)
    readiness: JobReadiness = field(default_factory=JobReadiness)

    def __call__(
        self, tenant: Tenant, job_type: JobType, order_ids: Sequence[str], request_id: str = ""
    ) -> Job:
        """Creates a job, or finds the one that the request id already stands for.

        Raises InvalidInput for wrong ids, NotReady when the settings lack what the job needs,
        Conflict when the request id stands for another request, LimitExceeded while the tenant
        has too much unfinished work.
        """
        asked = JobRequest(tenant, job_type, order_ids, request_id, current_origin())
        (made,) = self.together([asked])
        if isinstance(made, Exception):
            raise made
        return made

    def together(self, requests: Sequence[JobRequest]) -> list[Job | Exception]:
        """Creates jobs in one transaction, as one after the other would be.

        Gives for each its job or the error that calling for it alone raises. Nothing of it is
        given before all of it is on disk.
        """
        checked = [self._checked(asked) for asked in requests]
        good = [asked for asked in checked if isinstance(asked, JobRequest)]
        made = iter(self._create(good) if good else ())
        return [next(made) if isinstance(each, JobRequest) else each for each in checked]

    def record(self, unit: UnitOfWork, asked: JobRequest) -> Job:
        """Records a checked request's job in a transaction; commit it, then wake the workers.

        Raises all that creating a job does, but for InvalidInput.
        """
        starts = self._starts(unit)
        job = starts.add(asked)
        starts.write(self.chunk_size)
        return job

    def begin(self, requests: Sequence[JobRequest]) -> BegunJobs | None:
        """Does all that `together` does but for what waits, which is left to the commit.

        None where it would have to wait for others, or anything is wrong: call `together` then,
        which waits, or tells what it is.
        """
        checked = [self._checked(asked) for asked in requests]
        good = [asked for asked in checked if isinstance(asked, JobRequest)]
        if len(good) < len(checked):
            return None
        transaction = ExitStack()
        try:
            unit = transaction.enter_context(self.database.write(waits=False))
            made = self._add(unit, good)
        except Exception:  # noqa: BLE001 - it comes again where it is told
            transaction.close()
            return None
        return BegunJobs(transaction, unit, made, self.wake)

    def _create(self, requests: Sequence[JobRequest]) -> list[Job | Exception]:
        try:
            with self.database.write() as unit:
                made = self._add(unit, requests)
                if all(isinstance(each, Exception) for each in made):
                    return made
                unit.commit()
        except Unavailable as error:
            return [error] * len(requests)
        except Exception as error:  # noqa: BLE001 - whoever asked shall see it
            if len(requests) == 1:
                return [error]
            # One that cannot be written must not take the others down with it.
            return [made for asked in requests for made in self._create([asked])]
        self.wake()
        return made

    def _add(self, unit: UnitOfWork, requests: Sequence[JobRequest]) -> list[Job | Exception]:
        """Writes jobs; commit them then. Gives for each its job or why there is none."""
        starts = self._starts(unit)
        made: list[Job | Exception] = []
        for asked in requests:
            try:
                made.append(starts.add(asked))
            except Unavailable:
                raise
            except InvoiceJobsError as refused:
                made.append(refused)
        starts.write(self.chunk_size)
        return made

    def _starts(self, unit: UnitOfWork) -> JobStarts:
        return JobStarts(unit, self.clock, self.new_id, self.limits, self.loads, self.readiness)

    def _checked(self, asked: JobRequest) -> JobRequest | InvalidInput:
        """Gives the request with each order once, or what is wrong with it."""
        try:
            order_ids = self._checked_ids(asked.job_type, asked.order_ids)
            check_request_id(asked.request_id)
        except InvalidInput as error:
            return error
        return replace(asked, order_ids=order_ids)

    def _checked_ids(self, job_type: JobType, order_ids: Sequence[str]) -> list[str]:
        if job_type == JobType.AUTOMATIC:
            if order_ids:
                raise InvalidInput.field(
                    "order_ids", "must be empty for an AUTOMATIC job, which finds its own orders"
                )
            return []
        if not order_ids:
            raise InvalidInput.field("order_ids", "must name at least one order of a MANUAL job")
        # Counted before anybody goes through them: millions would keep all others waiting.
        self._check_count(len(order_ids), self.max_orders * _NAMED_TWICE)
        unique = dict.fromkeys(order_ids)
        self._check_count(len(unique), self.max_orders)
        for index, order_id in enumerate(order_ids):
            if problem := id_problem(order_id):
                raise InvalidInput.field(f"order_ids[{index}]", problem)
        return list(unique)

    def _check_count(self, count: int, most: int) -> None:
        if count > most:
            raise InvalidInput.field(
                "order_ids",
                f"names {count} orders; a job takes at most {self.max_orders}",
                reason="TOO_MANY_ORDERS",
            )
