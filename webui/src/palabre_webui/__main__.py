"""``python -m palabre_webui``: run one web process."""

from __future__ import annotations

import argparse
import sys


def main() -> int:
    """Choose how to run before anything else is imported, then serve; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m palabre_webui", description=__doc__)
    parser.add_argument("--async-mode", choices=("eventlet", "threading"), default="eventlet")
    parser.add_argument("--number", type=int, default=0, help="which of the web processes this is")
    given = parser.parse_args()

    from palabre_webui import concurrency
    from palabre_webui.lean import without

    with without("OpenSSL"):  # eventlet's, for TLS
        concurrency.patch(given.async_mode)
    with without("redis", "requests", "rich", "tornado", "websocket"):  # Socket.IO's and the log's
        from palabre.errors import PalabreError
        from palabre_webui.server import serve

    try:
        serve(given.number)
    except (PalabreError, OSError) as error:
        parser.exit(1, f"web: {error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
