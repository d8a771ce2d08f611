"""The addresses of the organiser's meetings."""

from __future__ import annotations

from flask import Blueprint

from palabre_webui.site.meetings.words import FILTERS

meetings = Blueprint("meetings", __name__, url_prefix="/meetings")
for name, words in FILTERS.items():
    meetings.add_app_template_filter(words, name)
