"""Relays told to browsers, each with credentials that expire (coturn's ``use-auth-secret``)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from palabre.config import TurnSection


def ice_servers(turn: TurnSection, *, user: str, now: datetime) -> list[dict[str, Any]]:
    """The ``iceServers`` of a browser's PeerConnections.

    :param user: whose credentials these are, for the relay's log.
    """
    if not turn.urls:
        return []
    if turn.secret is None:
        return [{"urls": list(turn.urls)}]
    name = f"{int(now.timestamp()) + turn.lifetime_s}:{user}"
    digest = hmac.new(turn.secret.get_secret_value().encode(), name.encode(), hashlib.sha1).digest()
    return [{"urls": list(turn.urls), "username": name, "credential": base64.b64encode(digest).decode()}]
