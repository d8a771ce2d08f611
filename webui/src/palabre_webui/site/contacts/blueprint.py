"""The addresses of contacts."""

from __future__ import annotations

from flask import Blueprint

from palabre.contacts import phone_as_read

contacts = Blueprint("contacts", __name__, url_prefix="/contacts")
contacts.add_app_template_filter(phone_as_read, "phone")
