"""``python benchmarks/room``: a full room without sockets; see ``headless``."""

from headless import main

main()
