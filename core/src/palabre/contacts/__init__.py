"""Contacts: an organiser's address book."""
