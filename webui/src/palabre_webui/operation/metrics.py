"""Counters of this process and of the media workers, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from palabre_webui.context import WebContext, web
from palabre_webui.declared import permission

metrics = Blueprint("metrics", __name__)

#: What a worker's numbers mean, where their names do not say it.
_MEANINGS = {
    "packet_cpu_seconds": "CPU time of a media worker for each packet it sent within the last minute",
    "loop_stall_seconds": "Longest stall of a media worker's loop within the last minute",
}


class RoomCollector:
    """What the door and the engines know at this moment.

    :param context: whose door.
    """

    def __init__(self, context: WebContext) -> None:
        self._context = context

    def collect(self) -> Iterator[Metric]:
        """Every metric of ours."""
        yield from self._loop()
        yield from self._rooms()
        yield from self._media()
        yield from self._plugins()

    def _loop(self) -> Iterator[Metric]:
        beat = self._context.heartbeat
        yield _gauge(
            "palabre_loop_stall_seconds", "Longest stall of the loop in the last minute", beat.recent_s()
        )
        yield _gauge("palabre_loop_stall_worst_seconds", "Longest stall of the loop ever", beat.worst_s)
        yield _gauge(
            "palabre_loop_stall_own_worst_seconds",
            "Longest stall of the loop ever, without waiting for a processor",
            beat.worst_own_s,
        )

    def _rooms(self) -> Iterator[Metric]:
        audiences = list(self._context.room.hall.audiences.values())
        people = sum(len(one.members) for one in audiences)
        waiting = sum(len(one.waiting) for one in audiences)
        yield _gauge("palabre_rooms", "Rooms with somebody connected to this process", len(audiences))
        yield _gauge("palabre_participants", "Participants connected to this process", people)
        yield _gauge("palabre_waiting", "People who wait before a door of this process", waiting)
        connections = len(self._context.room.hall.connections)
        yield _gauge("palabre_sockets", "Sockets of this process that showed a good link", connections)

    def _media(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("palabre_media_up", "Whether a media worker can be used", labels=["worker"])
        numbers: dict[str, Metric] = {}
        for worker, counters in enumerate(self._context.room.engines.metrics()):
            up.add_metric([str(worker)], 1 if counters is not None else 0)
            for name, value in _numbers(counters or {}):
                meaning = _MEANINGS.get(name, f"Media worker: {name}")
                family = numbers.setdefault(
                    name, GaugeMetricFamily(f"palabre_media_{name}", meaning, labels=["worker"])
                )
                family.add_metric([str(worker)], value)  # type: ignore[attr-defined]
        yield up
        yield from numbers.values()

    def _plugins(self) -> Iterator[Metric]:
        errors = CounterMetricFamily(
            "palabre_plugin_errors", "Failures of a plugin's hook", labels=["plugin", "hook"]
        )
        for health in self._context.application.plugins.health.values():
            for hook, count in health.errors.items():
                errors.add_metric([health.name, hook], count)
        yield errors


def make_registry(context: WebContext) -> CollectorRegistry:
    """The metrics of one web process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(RoomCollector(context))
    return registry


@metrics.get("/metrics")
@permission("operator")
def current() -> Response:
    """The metrics, for Prometheus."""
    return Response(generate_latest(web().registry), content_type=CONTENT_TYPE_LATEST)


def _gauge(name: str, description: str, value: float) -> Metric:
    return GaugeMetricFamily(name, description, value=value)


def _numbers(counters: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for name, value in counters.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{prefix}{name}_")
        elif isinstance(value, int | float):
            yield f"{prefix}{name}", float(value)
