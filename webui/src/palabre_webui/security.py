"""What every answer says to the browser about trust, and the nonce of each page."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

#: Two years, in seconds.
_HSTS_S = 63_072_000

_PERMISSIONS = ", ".join(
    [
        *(
            f"{name}=(self)"
            for name in (
                "autoplay",
                "camera",
                "display-capture",
                "fullscreen",
                "microphone",
                "picture-in-picture",
                "screen-wake-lock",
                "speaker-selection",
            )
        ),
        "geolocation=()",
        "payment=()",
        "usb=()",
    ]
)


def csp_nonce() -> str:
    """The nonce of the page being written; scripts that bear it may run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    nonce: str = g.csp_nonce
    return nonce


def allow_frames() -> None:
    """Let the page being written show frames of this site."""
    g.csp_frames = True


def protect(app: Flask) -> None:
    """Put the security headers on every answer of ``app``."""
    app.after_request(_headers)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    # Addresses hold join links.
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={_HSTS_S}"
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", _policy())
        headers["Permissions-Policy"] = _PERMISSIONS
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cache-Control", "no-store")
    return response


def _policy() -> str:
    # Some browsers do not count the socket of the same origin as 'self'.
    socket = f"{'wss' if request.is_secure else 'ws'}://{request.host}"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{csp_nonce()}'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "media-src 'self' blob:",
            f"connect-src 'self' {socket}",
            "worker-src 'self'",
            "manifest-src 'self'",
            *(("frame-src 'self'",) if g.get("csp_frames") else ()),
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
