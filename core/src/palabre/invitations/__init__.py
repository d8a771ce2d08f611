"""Ways into a meeting: personal and public join links."""

from palabre.invitations.links import Secret, find_link, make_link, revoke_link, token_of, use_token

__all__ = ["Secret", "find_link", "make_link", "revoke_link", "token_of", "use_token"]
