"""A bad line between browsers and the engine: a UDP relay that loses some of the media."""

from __future__ import annotations

import random
import selectors
import socket
import threading
from collections import Counter

Address = tuple[str, int]

#: first bytes of RTP and RTCP (RFC 7983); what connects and encrypts always passes
FIRST_MEDIA, LAST_MEDIA = 128, 191
#: second bytes of RTCP among these (RFC 5761)
FIRST_RTCP, LAST_RTCP = 192, 223


class LossyRelay:
    """Passes datagrams between any number of browsers and one engine, until ``stop``.

    Each browser's connection gets a socket of its own towards the engine, so that the engine can tell them apart.

    :param engine: where the engine listens.
    :param seed: of the choice what is lost, the same in each run.
    """

    def __init__(self, engine: Address, seed: int) -> None:
        self.engine = engine
        #: share of RTP and RTCP packets that is lost, 0 to 1; may be changed at any time
        self.loss = 0.0
        #: whether every RTCP packet is lost, so that nobody can ask for a packet again
        self.deaf = False
        #: packets by "passed" and "lost"
        self.counts: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._open = True
        self._selector = selectors.DefaultSelector()
        self._front = self._listen()
        self.address: Address = self._front.getsockname()
        self._to_engine: dict[Address, socket.socket] = {}
        self._thread = threading.Thread(target=self._run, name="lossy relay")
        self._thread.start()

    def stop(self) -> None:
        """Pass nothing more."""
        self._open = False
        self._thread.join()
        for sock in [self._front, *self._to_engine.values()]:
            sock.close()
        self._selector.close()

    def _listen(self, browser: Address | None = None) -> socket.socket:
        """A new socket that is read from now on: for all browsers, or for what the engine sends to one."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        self._selector.register(sock, selectors.EVENT_READ, browser)
        return sock

    def _run(self) -> None:
        while self._open:
            for key, _ in self._selector.select(timeout=0.2):
                sock = key.fileobj
                assert isinstance(sock, socket.socket)
                self._pass_on(sock, key.data)

    def _pass_on(self, sock: socket.socket, browser: Address | None) -> None:
        while True:
            try:
                packet, sender = sock.recvfrom(2048)
            except BlockingIOError:
                return
            if self._loses(packet):
                self.counts["lost"] += 1
                continue
            self.counts["passed"] += 1
            if browser is not None:
                self._front.sendto(packet, browser)
            else:
                if sender not in self._to_engine:
                    self._to_engine[sender] = self._listen(sender)
                self._to_engine[sender].sendto(packet, self.engine)

    def _loses(self, packet: bytes) -> bool:
        if len(packet) < 2 or not FIRST_MEDIA <= packet[0] <= LAST_MEDIA:
            return False
        if self.deaf and FIRST_RTCP <= packet[1] <= LAST_RTCP:
            return True
        return self._random.random() < self.loss
