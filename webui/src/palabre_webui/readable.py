"""Text that can be read: it holds no NUL.

PostgreSQL keeps no NUL in text and says so by an error; no keyboard writes one. So a request with one is refused before
anything looks at it. Uploaded files are not looked into: who reads them cleans what is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app, request

from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre_webui.declared import is_called_by_machines

_NUL = "\0"


def refuse_unreadable_address() -> None:
    """Before a request: look at its path and what follows the question mark.

    :raises Refused: ``unreadable_text``.
    """
    _look([("", request.path), *request.args.items(multi=True)])


def refuse_unreadable_form() -> None:
    """Before a request: look at the fields of its form, once it is settled how long they may be.

    What machines send is left as it is, for views that look at the signature of every byte of it.

    :raises Refused: ``unreadable_text``.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or is_called_by_machines(view):
        return
    _look(request.form.items(multi=True))


def _look(fields: Iterable[tuple[str, str]]) -> None:
    if any(_NUL in name or _NUL in value for name, value in fields):
        raise Refused(
            "unreadable_text",
            _("There is a sign in it that belongs in no text. Go back and type it instead of pasting it."),
        )
