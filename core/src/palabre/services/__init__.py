"""Services: the long-running processes of an installation, and the supervisor that runs them on one machine.

A service is one or more processes, each a command line. The core brings ``media`` and ``worker``; other
distributions add theirs with an entry point in the group ``palabre.services``, as the web does.
"""

from palabre.services.known import known_services
from palabre.services.service import Port, Process, Service

__all__ = ["Port", "Process", "Service", "known_services"]
