"""The pages of accounts; importing this module adds their views to the blueprint."""

from palabre_webui.sign_in import joining, passkeys, settings
from palabre_webui.sign_in.blueprint import account

__all__ = ["account", "joining", "passkeys", "settings"]
