"""How much may be sent at once, and how often."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from palabre_webui.declared import longest_form_of, rate_of
from palabre_webui.sign_in.joining import half_signed_in_id
from palabre_webui.sign_in.present import signed_in

#: Longest form, in bytes; and of those that hold a list of people, which only those who are signed in can send.
LONGEST_FORM = 64 * 1024
LONGEST_LIST = 4 * 1024 * 1024
LISTS = (
    "contacts.import_now",
    "contacts.show_preview",
    "meetings.add_people",
    "meetings.edit",
    "meetings.keep_draft",
    "meetings.plan_now",
    "meetings.read_guest_list",
    "meetings.summarise",
)
#: For each visitor's address and page; plugins' views declare theirs.
LIMITS = {
    "account.ask_for_email_change": "10 per minute",
    "account.begin_passkey": "10 per minute",
    "account.begin_passkey_sign_in": "30 per minute",
    "account.change_password": "10 per minute",
    "account.close": "10 per minute",
    "account.code_now": "10 per minute",
    "account.drop_passkey": "10 per minute",
    "account.drop_second_factor_now": "10 per minute",
    "account.enable_second_factor_now": "10 per minute",
    "account.forgotten_now": "10 per minute",
    "account.passkey_sign_in": "20 per minute",
    "account.sign_in_now": "20 per minute",
    "account.sign_up_now": "10 per minute",
    "room_page.room": "60 per minute",
    "site.demo": "10 per minute",
    "site.join_with_code": "60 per minute",
}
#: For each e-mail address that is typed, whoever types it.
LIMITED_BY_ADDRESS = ("account.forgotten_now", "account.sign_in_now", "account.sign_up_now")
ADDRESS_LIMIT = "30 per hour"
#: Where whoever is signed in gives the password once more, counted together; and the second step of signing in. For
#: each account, from wherever it is tried.
ASKING_FOR_THE_PASSWORD = (
    "account.ask_for_email_change",
    "account.begin_passkey",
    "account.change_password",
    "account.close",
    "account.drop_passkey",
    "account.drop_second_factor_now",
)
ASKING_FOR_A_CODE = ("account.code_now",)
ACCOUNT_LIMIT = "30 per hour"


def let_lists_in() -> None:
    """Before a request: some forms may be longer than others."""
    view = current_app.view_functions.get(request.endpoint or "")
    size = LONGEST_LIST if request.endpoint in LISTS else longest_form_of(view) if view else None
    if size is not None:
        request.max_content_length = request.max_form_memory_size = size


def limit_rates(app: Flask) -> None:
    """Let nobody guess at passwords and codes, nor look for meetings by trying."""
    limiter = Limiter(get_remote_address, app=app, headers_enabled=True, swallow_errors=True)
    declared = {endpoint: rate for endpoint, view in app.view_functions.items() if (rate := rate_of(view))}
    for endpoint, limit in (declared | LIMITS).items():
        view: Any = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(limit)(view)
    for endpoint in LIMITED_BY_ADDRESS:
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(ADDRESS_LIMIT, key_func=_typed_address)(view)
    own_password = limiter.shared_limit(ACCOUNT_LIMIT, scope="own password", key_func=_signed_in_account)
    for endpoint in ASKING_FOR_THE_PASSWORD:
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = own_password(view)
    for endpoint in ASKING_FOR_A_CODE:
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(ACCOUNT_LIMIT, key_func=_half_signed_in_account)(view)


def _typed_address() -> str:
    """The e-mail address in a form: guessing one account's password from many machines is slow too."""
    return f"{request.host} {request.form.get('email', '').strip().lower()[:320]}"


def _signed_in_account() -> str:
    """Whose password is asked for once more; a stranger is sent away before."""
    present = signed_in()
    return f"account {present.id}" if present else get_remote_address()


def _half_signed_in_account() -> str:
    """Whose code is asked for, whoever else is signed in here; where it is nobody's, nothing can be guessed."""
    account_id = half_signed_in_id()
    return f"account {account_id}" if account_id else get_remote_address()
