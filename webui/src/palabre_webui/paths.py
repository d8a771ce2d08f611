"""Addresses of this site, as distinct from all others."""

from __future__ import annotations


def own_path(wanted: str) -> str:
    r"""``wanted`` where it is a path of this site, else the path of the home page.

    What a browser could take for another host is refused: ``//host``, ``/\host``, and what holds control characters,
    which some browsers drop before they read (WHATWG URL, section 4.4).
    """
    is_own = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if is_own and wanted.isprintable() else "/"
