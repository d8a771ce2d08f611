"""``python server.py PORT``: a mail server (aiosmtpd) that takes everything and says how much, five times a second."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Count:
    """Counts recipients."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}
        self.first_at = self.last_at = 0.0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """One mail came."""
        self.last_at = time.time()
        self.first_at = self.first_at or self.last_at
        for recipient in envelope.rcpt_tos:
            self.taken[recipient] = self.taken.get(recipient, 0) + 1
        return "250 taken"


async def main(port: int) -> None:
    """Serve until killed."""
    count = Count()
    loop = asyncio.get_running_loop()

    def connection() -> Any:
        return SMTP(count, hostname="bench", loop=loop)

    server = await loop.create_server(connection, "127.0.0.1", port)
    async with server:
        while True:
            await asyncio.sleep(0.2)
            doubled = sum(many - 1 for many in count.taken.values())
            sys.stdout.write(f"{len(count.taken)} {doubled} {count.first_at} {count.last_at}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
