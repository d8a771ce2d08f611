"""Waiting until the web service can serve."""

from __future__ import annotations

import http.client
import time

_LOOK_EVERY_S = 0.05
_ANSWER_WITHIN_S = 2.0


def wait_until_ready(host: str, port: int, timeout_s: float) -> bool:
    """Ask ``/readyz`` until it says yes; whether it did in time.

    :param host: what the service listens on; all addresses of the machine are asked by loopback.
    """
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(reachable, port, timeout=_ANSWER_WITHIN_S)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        except (OSError, http.client.HTTPException):
            pass  # nobody listens yet: that is what is waited for
        finally:
            connection.close()
        time.sleep(_LOOK_EVERY_S)
    return False
