"""``python -m palabre.media``: run one media worker."""

from __future__ import annotations

import argparse
import sys

from palabre.media.transport.addresses import CannotListen
from palabre.media.worker import Options, run


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and serve; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m palabre.media", description=__doc__)
    parser.add_argument("--socket", required=True, help="Unix socket or tcp://host:port for the web service")
    parser.add_argument(
        "--udp-port", type=int, required=True, help="UDP port for browsers; 0 takes a free one"
    )
    parser.add_argument(
        "--listen", nargs="*", default=[], metavar="ADDR", help="local addresses; default: all"
    )
    parser.add_argument(
        "--announce", nargs="*", default=[], metavar="ADDR", help="public addresses, behind NAT"
    )
    parser.add_argument(
        "--segmentation",
        action=argparse.BooleanOptionalAction,
        help="UDP segmentation offload; default: find out",
    )
    parser.add_argument(
        "--native",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="use the compiled part of the packet path where it was built",
    )
    given = parser.parse_args(arguments)
    options = Options(
        given.socket,
        given.udp_port,
        tuple(given.listen),
        tuple(given.announce),
        segmentation=given.segmentation,
        native=given.native,
    )
    try:
        run(options)
    except (CannotListen, OSError, ValueError) as error:
        parser.exit(1, f"media: {error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
