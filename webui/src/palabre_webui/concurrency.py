"""How this process does many things at once. The one module that knows eventlet.

``patch`` is called first, before anything else is imported; after it, the standard library's threads, locks, sleeps
and sockets are cooperative in ``eventlet`` mode and what they always were in ``threading`` mode. Everything else in
Palabre is written once, for both.
"""

from __future__ import annotations

import contextvars
import ipaddress
import os
import queue as queue_module
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Literal, ParamSpec, Protocol, TypeVar

Mode = Literal["eventlet", "threading"]

#: Requests and sockets served at the same time by one process.
MOST_CONNECTIONS = 10_000

P = ParamSpec("P")
T = TypeVar("T")

_mode: Mode = "threading"


class Lock(Protocol):
    """A lock that serves those who wait in the order they came."""

    def acquire(self, blocking: bool = ...) -> bool:
        """Take it, waiting for it unless ``blocking`` is false."""

    def release(self) -> None:
        """Give it to the next."""

    def __enter__(self) -> Any: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


def patch(mode: Mode) -> None:
    """Choose how this process runs. Call it once, before other modules are imported."""
    global _mode  # noqa: PLW0603 - a process has one way to run
    _mode = mode
    if mode == "eventlet":
        # Its own resolver takes long to import; the system's is asked in a thread instead.
        os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
        _eventlet().monkey_patch()
        _look_names_up_elsewhere()
        from eventlet import websocket, wsgi  # noqa: F401 - now, rather than while somebody waits


def _look_names_up_elsewhere() -> None:
    """Ask the system's resolver in a thread: it blocks in C, for seconds where nobody answers it."""
    blocking = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not host or _is_numeric(host):
            return blocking(host, *args, **kwargs)
        return offload(blocking, host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def _is_numeric(host: str | bytes) -> bool:
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


def mode() -> Mode:
    """How this process runs."""
    return _mode


def spawn(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run a function beside the present one. What it raises is its own affair: let it log."""
    if _mode == "eventlet":
        _eventlet().spawn(function, *args, **kwargs)
    else:
        threading.Thread(target=function, args=args, kwargs=kwargs, daemon=True).start()


def sleep(seconds: float = 0) -> None:
    """Let the others run for so long; 0 is one turn."""
    time.sleep(seconds)


def offload(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function that computes for long or blocks in C, without holding up the others."""
    if _mode == "eventlet":
        from eventlet import tpool

        # the caller's language and tenant go with it
        result: T = tpool.execute(contextvars.copy_context().run, function, *args, **kwargs)
        return result
    return function(*args, **kwargs)


def lock() -> Lock:
    """A new lock."""
    return threading.Lock()


def queue(size: int = 0) -> queue_module.Queue[Any]:
    """A new queue; 0 is without limit."""
    return queue_module.Queue(size)


def listen(host: str, port: int) -> socket.socket:
    """A socket that browsers connect to.

    Accepted connections inherit TCP_NODELAY: without it an acknowledged act takes 40 ms.

    :raises OSError: when the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


def serve(listener: socket.socket, application: Callable[..., Iterable[bytes]]) -> None:
    """Serve a WSGI application until SIGTERM or SIGINT."""
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: signals.append(number))
    (_serve_eventlet if _mode == "eventlet" else _serve_threading)(listener, application)
    while not signals:  # a signal handler may not touch a lock, so it cannot wake a cooperative wait
        sleep(0.1)
    listener.close()


def _serve_eventlet(listener: socket.socket, application: Callable[..., Iterable[bytes]]) -> None:
    from eventlet import GreenPool, wsgi

    pool = GreenPool(MOST_CONNECTIONS)
    spawn(wsgi.server, listener, application, custom_pool=pool, log_output=False, debug=False)


def _serve_threading(listener: socket.socket, application: Callable[..., Iterable[bytes]]) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Requests are not logged: addresses hold join links."""

    host, port = listener.getsockname()[:2]
    server = make_server(host, port, application, threaded=True, request_handler=Quiet, fd=listener.fileno())
    spawn(server.serve_forever)


def _eventlet() -> Any:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        import eventlet
    for one in said:
        # It announces its retirement at each import; that is why nothing else imports it.
        if not issubclass(one.category, eventlet.EventletDeprecationWarning):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return eventlet
