"""The web service's end of the channel to a media worker.

Blocking sockets and threading primitives only, so that eventlet's monkey patching makes it cooperative.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog

from palabre.media import lines

log = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0
#: A worker that does not take a request that long is stuck.
WRITE_S = 5.0
_CHUNK = 65_536


class MediaUnavailable(Exception):
    """The worker cannot be reached just now, or did not answer in time. Try again later."""


class MediaError(Exception):
    """The worker refuses the request.

    :param code: stable name, such as ``bad_sdp`` or ``unknown_peer``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class _Call:
    """A request that waits for its answer."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.result: Any = None
        self.failure: Exception | None = None

    def finish(self, result: Any = None, failure: Exception | None = None) -> None:
        self.result, self.failure = result, failure
        self.done.set()


class MediaClient:
    """A connection that mends itself. Usable from many threads or greenlets at once.

    Two threads of its own: one reads, one calls back, so that callbacks may use ``call``.
    """

    def __init__(
        self,
        address: str,
        on_notification: Callable[[str, dict[str, Any]], None],
        on_state: Callable[[str], None] | None = None,
        *,
        name: str = "",
    ) -> None:
        """
        :param address: a Unix socket's path or ``tcp://host:port``.
        :param on_notification: gets method and parameters of each notification, in order.
        :param on_state: gets ``"up"`` when the worker can be used, ``"down"`` when no more. What the
            worker knew may be gone at each ``"up"``: look at ``hello`` and announce rooms and peers again.
        :param name: names this process in the worker's log.
        """
        self.address = address
        #: The worker's greeting: ``{version, worker, rooms, peers}``; None while it is down.
        self.hello: dict[str, Any] | None = None
        self._on_notification = on_notification
        self._on_state = on_state
        self._name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._numbers = itertools.count(1)
        self._calls: dict[int, _Call] = {}
        self._socket: socket.socket | None = None
        self._write_lock = threading.Lock()
        self._closed = threading.Event()
        self._pending: deque[Callable[[], None]] = deque()
        self._something = threading.Condition()

    @property
    def up(self) -> bool:
        """Whether calls have a chance."""
        return self.hello is not None

    def start(self) -> None:
        """Connect in the background, and again whenever the connection breaks."""
        threading.Thread(target=self._keep_connected, name="media-reader", daemon=True).start()
        threading.Thread(target=self._call_back, name="media-callbacks", daemon=True).start()

    def call(self, method: str, timeout_s: float = 5.0, **params: object) -> Any:
        """The result of a request.

        :raises MediaUnavailable: at once while the worker is down, or when it does not answer in time.
        :raises MediaError: when it refuses.
        """
        if self.hello is None:
            raise MediaUnavailable(f"no media worker at {self.address}")
        return self._request(method, params, timeout_s)

    def close(self) -> None:
        """Give up for good; calls that wait fail."""
        self._closed.set()
        self._drop(self._socket)
        with self._something:
            self._something.notify_all()

    def _request(self, method: str, params: dict[str, Any], timeout_s: float) -> Any:
        number, call = next(self._numbers), _Call()
        self._calls[number] = call
        try:
            self._write(lines.request(number, method, params))
            if not call.done.wait(timeout_s):
                raise MediaUnavailable(f"{method} was not answered within {timeout_s:g} s")
        finally:
            self._calls.pop(number, None)
        if call.failure is not None:
            raise call.failure
        return call.result

    def _write(self, line: bytes) -> None:
        with self._write_lock:
            connection = self._socket
            if connection is None:
                raise MediaUnavailable(f"no media worker at {self.address}")
            try:
                connection.sendall(line)
            except OSError as error:
                self._drop(connection)
                raise MediaUnavailable(f"the media worker at {self.address} went away") from error

    # The reader's thread

    def _keep_connected(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._closed.is_set():
            try:
                connection = self._connect()
            except OSError as error:
                log.debug("media_worker_unreachable", address=self.address, reason=str(error))
                self._closed.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            pause = FIRST_PAUSE_S
            self._socket = connection
            greeting = threading.Thread(target=self._greet, args=(connection,), daemon=True)
            greeting.start()
            self._read(connection)
            self._lost(connection)
            self._closed.wait(pause)

    def _connect(self) -> socket.socket:
        target = lines.address(self.address)
        family = socket.AF_UNIX
        if isinstance(target, tuple):
            family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        # The timeout bounds writes; the reader takes it for "nothing yet".
        connection.settimeout(WRITE_S)
        try:
            connection.connect(target)
            if isinstance(target, tuple):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            connection.close()
            raise
        return connection

    def _greet(self, connection: socket.socket) -> None:
        try:
            hello = self._request("hello", {"version": lines.VERSION, "client": self._name}, WRITE_S)
        except (MediaUnavailable, MediaError) as error:
            log.warning("media_worker_does_not_greet", address=self.address, reason=str(error))
            self._drop(connection)
            return
        if self._socket is connection:
            self.hello = hello
            self._tell_state("up")

    def _read(self, connection: socket.socket) -> None:
        buffer = bytearray()
        while not self._closed.is_set():
            try:
                data = connection.recv(_CHUNK)
            except TimeoutError:
                continue
            except OSError:
                return
            if not data:
                return
            buffer += data
            *complete, rest = buffer.split(b"\n")
            buffer = rest
            for line in complete:
                self._take(bytes(line))

    def _take(self, line: bytes) -> None:
        try:
            message = lines.parse(line)
        except ValueError:
            log.warning("media_worker_sent_nonsense", line=line[:100])
            return
        method = message.get("method")
        if method is not None:
            params = message.get("params") or {}
            self._later(lambda: self._on_notification(method, params))
            return
        call = self._calls.pop(message.get("id", 0), None)
        if call is None:  # timed out before
            return
        if "error" in message:
            error = message["error"]
            call.finish(
                failure=MediaError((error.get("data") or {}).get("code", ""), error.get("message", ""))
            )
        else:
            call.finish(result=message.get("result"))

    def _lost(self, connection: socket.socket) -> None:
        was_up, self.hello = self.hello is not None, None
        self._drop(connection)
        for call in list(self._calls.values()):
            call.finish(failure=MediaUnavailable(f"the media worker at {self.address} went away"))
        if was_up:
            self._tell_state("down")

    def _drop(self, connection: socket.socket | None) -> None:
        """Close from any thread; the reader wakes up and sees to the rest."""
        if connection is None:
            return
        if self._socket is connection:
            self._socket = None
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    # The callbacks' thread

    def _tell_state(self, state: str) -> None:
        listener = self._on_state
        if listener is not None:
            self._later(lambda: listener(state))

    def _later(self, callback: Callable[[], None]) -> None:
        with self._something:
            self._pending.append(callback)
            self._something.notify()

    def _call_back(self) -> None:
        while True:
            with self._something:
                while not self._pending:
                    if self._closed.is_set():
                        return
                    self._something.wait()
                callback = self._pending.popleft()
            try:
                callback()
            except Exception:
                # A handler's fault must not silence the engine for everybody.
                log.exception("media_callback_failed")
