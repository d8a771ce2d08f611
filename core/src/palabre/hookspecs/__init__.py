"""The public contract: every hook that a plugin can implement, by subject.

The kind of a hook (guard, notify, collect, filter) says when it is called and what an exception means; see
``palabre.plugins.markers``. The web adds its own in ``palabre_webui.hookspecs``.
"""

from palabre.hookspecs import accounts, duties, features, invitations, mail, meetings, rooms

#: Modules with the core's specifications.
MODULES = (accounts, duties, features, invitations, mail, meetings, rooms)
