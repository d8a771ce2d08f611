"""``python -m palabre.services.worker``: run one worker, which does what has a time."""

from __future__ import annotations

import signal
import sys
import threading

from palabre.application import create_application
from palabre.errors import PalabreError
from palabre.logging import configure_logging
from palabre.migrations.pending import require_upgraded
from palabre.worker.loop import run
from palabre.worker.replies import watch_mailbox
from palabre.worker.senders import Senders


def main() -> int:
    """Sweep until SIGTERM or SIGINT; the exit status."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        application = create_application()
        configure_logging(application.settings.log, service="worker")
        require_upgraded(application.db, application.plugins)
    except PalabreError as error:
        sys.stderr.write(f"worker: {error}\n")
        return 1
    senders = Senders(application, stop)
    replies = threading.Thread(target=watch_mailbox, args=(application, stop), name="replies")
    senders.start()
    replies.start()
    run(application, stop)
    senders.join()
    replies.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
