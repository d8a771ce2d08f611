"""Accounts: people who can sign in. Plugins see this package; how a browser is signed in is the web's affair.

Services take the session of the caller's transaction. Hashing a password takes long on purpose: ``hash_password`` and
``is_password`` need no session, so that the web can do them beside its loop.
"""

from palabre.accounts.changing import (
    change_email,
    change_settings,
    confirm_email_change,
    request_password_reset,
    reset_password,
    set_password,
)
from palabre.accounts.closing import close_account, export_account
from palabre.accounts.operating import disable_account, enable_account, promote_account
from palabre.accounts.passwords import check_password, hash_password, is_password
from palabre.accounts.registering import (
    account_of_token,
    confirm,
    create_account,
    find_account,
    sign_up,
)
from palabre.accounts.second_factor import (
    begin_second_factor,
    drop_second_factor,
    enable_second_factor,
    is_second_factor,
    provisioning_uri,
)
from palabre.accounts.sessions import (
    begin_session,
    end_other_sessions,
    end_session,
    end_sessions,
    session_of,
    sessions_of,
)

__all__ = [
    "account_of_token",
    "begin_second_factor",
    "begin_session",
    "change_email",
    "change_settings",
    "check_password",
    "close_account",
    "confirm",
    "confirm_email_change",
    "create_account",
    "disable_account",
    "drop_second_factor",
    "enable_account",
    "enable_second_factor",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "export_account",
    "find_account",
    "hash_password",
    "is_password",
    "is_second_factor",
    "promote_account",
    "provisioning_uri",
    "request_password_reset",
    "reset_password",
    "session_of",
    "sessions_of",
    "set_password",
    "sign_up",
]
