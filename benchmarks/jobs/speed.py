"""How fast a job is: from the POST to DONE, beside rendering alone on the same cores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.jobs.orders import order_ids
from benchmarks.jobs.rendering import CORES, Pace, RenderingAlone
from benchmarks.jobs.services import POSTGRESQL, SQLITE, Layout, running
from benchmarks.jobs.tables import milliseconds, percent, rate, table

#: Orders of the job before the one that counts: caches fill, and processes start.
WARM_UP: Final = 400
_ALONE: Final = 3.0  # seconds

_HEAD: Final = ("what", "import", "job", "rendering alone, before", "after", "share")
#: What is measured, each as it comes.
LAYOUTS: Final = (Layout(SQLITE), Layout(POSTGRESQL, workers=1))


@dataclass(frozen=True, slots=True)
class Speed:
    """What was counted of a layout."""

    layout: Layout
    orders: int
    #: Orders a second.
    imported: float
    jobs: float
    #: Rendering alone, before and after.
    alone: tuple[Pace, Pace]
    #: Seconds of processor time, by kind of process.
    cpu: dict[str, float]

    @property
    def share(self) -> float:
        """Gives what part of rendering alone the job reached."""
        return 2 * self.jobs / sum(pace.per_second for pace in self.alone)

    @property
    def share_of_cpu(self) -> float:
        """Gives what part of the job's processor time rendering alone would have taken."""
        alone = sum(pace.cpu for pace in self.alone) / 2
        return alone * self.orders / sum(self.cpu.values())


def measure_speed(orders: int, layouts: Sequence[Layout] = LAYOUTS) -> list[Speed]:
    """Measures each layout with a job of so many orders."""
    measured = []
    with RenderingAlone() as alone:
        before = alone.pace(_ALONE)
        for layout in layouts:
            with running(layout) as service:
                imported = service.import_orders(0, orders + WARM_UP)
                service.run_job(order_ids(orders, orders + WARM_UP))
                began = service.cpu()
                seconds = service.run_job(order_ids(0, orders))
                cpu = {kind: used - began[kind] for kind, used in service.cpu().items()}
            after = alone.pace(_ALONE)
            measured.append(
                Speed(
                    layout,
                    orders,
                    (orders + WARM_UP) / imported,
                    orders / seconds,
                    (before, after),
                    cpu,
                )
            )
            before = after
    return measured


def speed_tables(measured: Sequence[Speed]) -> str:
    """Writes the speeds down, and what processor time an order took."""
    rows = [
        [
            title(each.layout),
            rate(each.imported),
            rate(each.jobs),
            *(rate(pace.per_second) for pace in each.alone),
            percent(each.share, 1),
        ]
        for each in measured
    ]
    kinds = list(measured[0].cpu)
    costs = [
        [
            title(each.layout),
            *(milliseconds(each.cpu[kind] / each.orders) for kind in kinds),
            milliseconds(sum(each.cpu.values()) / each.orders),
            *(milliseconds(pace.cpu) for pace in each.alone),
            percent(each.share_of_cpu, 1),
        ]
        for each in measured
    ]
    return "\n\n".join(
        (
            f"A job of {measured[0].orders:,} orders, from the POST to DONE:",
            table(_HEAD, rows),
            "Processor time of an order, in milliseconds:",
            table(("what", *kinds, "all", *_HEAD[3:]), costs),
        )
    )


def title(layout: Layout) -> str:
    """Names a layout."""
    if not layout.workers:
        return f"{layout.engine}, server alone"
    # What a worker has by itself: one more than cores.
    processes = layout.settings.get("INVOICEJOBS_WORK_PROCESSES", CORES + 1)
    workers = f"{layout.workers} worker{'s' if layout.workers > 1 else ''}"
    return f"{layout.engine}, {workers} of {processes} processes"
