"""Join links. The token in the address is ``<selector>.<code>``.

The selector finds the row; the code is derived from the installation's secret, so the database alone lets nobody in,
and a link can be shown again whenever somebody asks for it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import NotFound, Refused
from palabre.i18n import gettext as _
from palabre.model import JoinLink, LinkKind, Meeting, Role

_CODE_BYTES = 18
_TOKEN = re.compile(r"([0-9a-z]{1,32})\.([A-Za-z0-9_-]{1,64})")


class Secret:
    """The installation's secret, from which codes are derived.

    :param key: at least 32 random bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of_installation(cls, data_dir: Path) -> Secret:
        """The secret in ``secret.key`` of the data folder; made when there is none, readable by its owner only."""
        path = data_dir / "secret.key"
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        return cls(path.read_bytes())

    def derive(self, purpose: str, subject: str) -> str:
        """A code that only this installation can make, safe in an address."""
        digest = hmac.new(self._key, f"{purpose}:{subject}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:_CODE_BYTES]).decode()


def _make_secret(path: Path) -> None:
    # written whole under another name and then linked, so that nobody ever reads half of it, and of two processes that
    # start together the first one's stays
    half = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secrets.token_bytes(32))
    with suppress(FileExistsError):
        os.link(half, path)
    half.unlink()


def make_link(
    session: Session, *, meeting: Meeting, kind: LinkKind, role: Role, now: datetime, name: str = ""
) -> JoinLink:
    """Make a way into a meeting, in the caller's transaction."""
    link = JoinLink(
        tenant_id=meeting.tenant_id, meeting_id=meeting.id, kind=kind, role=role, name=name, created_at=now
    )
    session.add(link)
    session.flush()
    return link


def token_of(secret: Secret, link: JoinLink) -> str:
    """The token that goes into the address."""
    return f"{link.selector}.{secret.derive('join', link.selector)}"


def find_link(session: Session, secret: Secret, *, token: str) -> JoinLink:
    """The link of a token somebody brought, whether it still lets in or not.

    :raises NotFound: code ``unknown_link``; the same for a wrong code and for no such link.
    """
    well_formed = _TOKEN.fullmatch(token)
    selector, code = well_formed.groups() if well_formed else ("", "")
    link = session.scalar(select(JoinLink).where(JoinLink.selector == selector))
    if not hmac.compare_digest(code.encode(), secret.derive("join", selector).encode()) or link is None:
        raise NotFound(
            "unknown_link",
            _("This link does not lead anywhere. Check that it was copied whole, or ask for a new one."),
        )
    return link


def use_token(session: Session, secret: Secret, *, token: str, now: datetime) -> JoinLink:
    """The link of a token somebody brought, to come in by it.

    :raises NotFound: code ``unknown_link``.
    :raises Refused: ``link_revoked``, ``expired_link``.
    """
    link = find_link(session, secret, token=token)
    if link.revoked_at is not None:
        raise Refused("link_revoked", _("This link is no longer valid. Ask the organiser for a new one."))
    if link.expires_at is not None and link.expires_at <= now:
        raise Refused("expired_link", _("This link has expired. Ask the organiser for a new one."))
    return link


def revoke_link(link: JoinLink, *, now: datetime) -> None:
    """Close a way in. Who is in the room already stays."""
    link.revoked_at = now
