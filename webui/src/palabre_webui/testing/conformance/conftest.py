"""The installation is the core's: see ``palabre.testing.conformance``."""

from palabre.testing.conformance.conftest import host, plugins, tenant_with, tenant_without

__all__ = ["host", "plugins", "tenant_with", "tenant_without"]
