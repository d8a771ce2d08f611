"""What the media workers count is exported for each of them."""

from __future__ import annotations

import re
from types import SimpleNamespace

from prometheus_client.exposition import generate_latest

from palabre_webui.operation.metrics import make_registry


def exported(*workers):
    """``/metrics`` of a web process in an empty room with these media workers."""
    hall = SimpleNamespace(audiences={}, connections={})
    room = SimpleNamespace(hall=hall, engines=SimpleNamespace(metrics=lambda: list(workers)))
    heartbeat = SimpleNamespace(recent_s=lambda: 0.0, worst_s=0.0, worst_own_s=0.0)
    application = SimpleNamespace(plugins=SimpleNamespace(health={}))
    context = SimpleNamespace(room=room, heartbeat=heartbeat, application=application)
    text = generate_latest(make_registry(context)).decode()
    return dict(re.findall(r"^(palabre_media_\S+) (\S+)$", text, re.MULTILINE))


def test_the_cost_of_a_packet_is_a_gauge_of_each_worker():
    numbers = exported({"packet_cpu_seconds": 1e-05, "packets_out": 7}, {"packets_out": 0}, None)
    assert float(numbers['palabre_media_packet_cpu_seconds{worker="0"}']) == 1e-05
    assert 'palabre_media_packet_cpu_seconds{worker="1"}' not in numbers
    assert [numbers[f'palabre_media_up{{worker="{n}"}}'] for n in range(3)] == ["1.0", "1.0", "0.0"]
    assert numbers['palabre_media_packets_out{worker="0"}'] == "7.0"
