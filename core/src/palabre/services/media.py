"""``python -m palabre.services.media``: run one media worker, which is told everything and reads no file."""

from __future__ import annotations

import argparse
import sys

from palabre.config import LogSection
from palabre.logging import configure_logging
from palabre.media.transport.addresses import CannotListen
from palabre.media.worker import Options, run


def main() -> int:
    """Serve until SIGTERM or SIGINT; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m palabre.services.media", description=__doc__)
    parser.add_argument("--name", default="media", help="name in the log")
    parser.add_argument("--socket", required=True, help="Unix socket or tcp://host:port for the web service")
    parser.add_argument("--udp-port", type=int, required=True, help="UDP port for browsers")
    parser.add_argument("--listen", action="append", default=[], help="a local address; none is all")
    parser.add_argument("--announce", action="append", default=[], help="a public address, behind NAT")
    parser.add_argument("--native", choices=["auto", "off"], default="auto", help="the compiled part")
    parser.add_argument("--log-level", default="info")
    parser.add_argument("--log-format", default="console")
    given = parser.parse_args()
    configure_logging(LogSection(level=given.log_level, format=given.log_format), service=given.name)
    try:
        run(
            Options(
                given.socket,
                given.udp_port,
                tuple(given.listen),
                tuple(given.announce),
                native=given.native == "auto",
            )
        )
    except (CannotListen, OSError, ValueError) as error:
        parser.exit(1, f"{given.name}: {error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
