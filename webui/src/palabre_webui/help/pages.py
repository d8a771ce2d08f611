"""The page of the questions and answers."""

from __future__ import annotations

import structlog
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from palabre.i18n import current_language
from palabre_webui import hookspecs
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.help import english, french
from palabre_webui.help.finding import marked, matching, paragraphs, words_of
from palabre_webui.modules import HelpSection
from palabre_webui.site.equipment import parts

log = structlog.get_logger(__name__)

help_pages = Blueprint("help", __name__)

_OWN = {"en": english.SECTIONS, "fr": french.in_type(french.SECTIONS)}
_LONGEST_SEARCH = 200
#: The answer in which a microphone can be tried.
TESTER = "microphone-settings"


@help_pages.get("/help")
@permission("public")
def questions() -> ResponseReturnValue:
    """Every question by subject; with ``q`` only those in which the words stand, open and marked."""
    search = request.args.get("q", "").strip()[:_LONGEST_SEARCH]
    known = sections()
    found = matching(known, search)
    return render_template(
        "help.html",
        sections=known,
        search=search,
        is_search=bool(words_of(search)),
        found=found,
        words=words_of(search),
        marked=marked,
        paragraphs=paragraphs,
        tester=TESTER,
        **parts(),
    )


def sections() -> list[HelpSection]:
    """Our sections, then the plugins', in the reader's language. An id that is taken is left out, and logged."""
    known = list(_OWN[current_language()])
    taken = {one.id for section in known for one in section.questions} | {section.id for section in known}
    for contribution in web().application.plugins.collect(hookspecs.help_sections):
        for section in contribution.value:
            ids = {section.id, *(one.id for one in section.questions)}
            if ids & taken:
                log.error(
                    "a plugin's help has an id that is taken",
                    plugin=contribution.plugin,
                    ids=sorted(ids & taken),
                )
                continue
            taken |= ids
            known.append(section)
    return known
