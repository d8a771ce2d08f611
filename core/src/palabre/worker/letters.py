"""Everything that is mailed is registered by importing this module."""

from palabre.worker import account_letters, guest_letters, organiser_letters

__all__ = ["account_letters", "guest_letters", "organiser_letters"]
