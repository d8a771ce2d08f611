"""A browser with an authenticator: makes passkeys and signs with them, as W3C Web Authentication says."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

#: Bits of the authenticator's data (section 6.1): the person is there, is known to it, and a new key follows.
_PRESENT, _VERIFIED, _NEW_KEY = 0x01, 0x04, 0x40


@dataclass
class Key:
    """A passkey as the authenticator holds it."""

    private: EllipticCurvePrivateKey
    user_handle: bytes
    uses: int = 0


@dataclass
class Authenticator:
    """What a browser answers to the options of a site. Change an attribute to make it answer wrongly.

    :param origin: where the browser is.
    :param host: for which site it signs (RP ID).
    :param verifies: whether it makes sure who its owner is.
    :param counts: whether it counts its signatures; passkeys that are kept on several devices do not.
    """

    origin: str
    host: str
    verifies: bool = True
    counts: bool = False
    keys: dict[bytes, Key] = field(default_factory=dict)

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer of ``navigator.credentials.create``: a new passkey."""
        key_id = secrets.token_bytes(16)
        key = Key(generate_private_key(SECP256R1()), base64url_to_bytes(options["user"]["id"]))
        self.keys[key_id] = key
        point = key.private.public_key().public_numbers()
        # COSE (RFC 9053, section 7.1.1): an elliptic curve, ES256, P-256, x, y.
        public = encode_cbor(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        held = self._data(_NEW_KEY, key) + bytes(16) + len(key_id).to_bytes(2, "big") + key_id + public
        statement = {"fmt": "none", "attStmt": {}, "authData": held}
        return self._answer(
            key_id,
            clientDataJSON=self._client_data("webauthn.create", options),
            attestationObject=encode_cbor(statement),
        )

    def get(self, options: dict[str, Any], key_id: bytes | None = None) -> dict[str, Any]:
        """The answer of ``navigator.credentials.get``: a signature by a passkey, the last made when none is named."""
        key_id = key_id or list(self.keys)[-1]
        key = self.keys[key_id]
        key.uses += 1
        client_data, held = self._client_data("webauthn.get", options), self._data(0, key)
        signature = key.private.sign(held + hashlib.sha256(client_data).digest(), ECDSA(SHA256()))
        return self._answer(
            key_id,
            clientDataJSON=client_data,
            authenticatorData=held,
            signature=signature,
            userHandle=key.user_handle,
        )

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int, key: Key) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        count = key.uses if self.counts else 0
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _answer(self, key_id: bytes, **response: bytes) -> dict[str, Any]:
        name = bytes_to_base64url(key_id)
        shown = {member: bytes_to_base64url(value) for member, value in response.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": shown}
