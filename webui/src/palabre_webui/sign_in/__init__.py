"""Who is signed in, and the pages of accounts. ``palabre.accounts`` says what an account is."""

from palabre_webui.sign_in.present import SignedIn, require_signed_in, signed_in

__all__ = ["SignedIn", "require_signed_in", "signed_in"]
