"""What a person reads when a command fails for a reason that they can do something about."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import DatabaseError

from palabre.errors import ConfigurationError, PalabreError, Refused


@dataclass(frozen=True)
class Failure:
    """The sentence, and the status that the command ends with."""

    text: str
    status: int


def sentence_of(error: Exception) -> Failure | None:
    """What to say about an error; ``None`` when it is a fault of ours, which needs its traceback."""
    if isinstance(error, ConfigurationError):
        return Failure(str(error), 2)
    if isinstance(error, Refused):
        return Failure(error.message, 1)
    if isinstance(error, PalabreError):
        return Failure(str(error), 1)
    if isinstance(error, DatabaseError):
        return _about_the_database(str(error.orig).strip())
    return None


def _about_the_database(said: str) -> Failure | None:
    first = said.splitlines()[0] if said else ""
    if "no such table" in first or ("relation" in first and "does not exist" in first):
        return Failure("The database is not up to date: run `palabre db upgrade`.", 1)
    if "unable to open database file" in first:
        return Failure("There is no database yet: run `palabre db upgrade`.", 1)
    if "locked" in first or "busy" in first:
        return Failure("The database is busy: another process holds its write lock. Try again.", 1)
    if "not a database" in first or "malformed" in first:
        return Failure(f"The database file cannot be used ({first}): restore it from a backup.", 1)
    if "read-only" in first or "readonly" in first or "disk" in first:
        return Failure(f"The database cannot be written: {first}.", 1)
    if "connect" in first or "authentication" in first or "does not exist" in first:
        return Failure(f"The database cannot be reached: {first}. Check database.url.", 1)
    return None
