"""Why the engine refuses a request."""

from __future__ import annotations


class EngineError(Exception):
    """A request that the engine does not grant.

    :param code: stable, lower case with underscores; goes to the web service as ``error.data.code``.
    :param message: for the log, in English; the web service finds words for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
