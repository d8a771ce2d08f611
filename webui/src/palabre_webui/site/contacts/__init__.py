"""The organiser's contacts: the list, one of them, import and export.

Every view works for the account that is signed in; a contact of anybody else is 404.
"""

from palabre_webui.site.contacts import book, exchange
from palabre_webui.site.contacts.blueprint import contacts

__all__ = ["book", "contacts", "exchange"]
