"""Tenants: one brand on the installation, with its features and its customers.

Everything that runs for a tenant runs inside ``tenant_scope``: requests, acts, jobs and duties open it.
"""

from palabre.tenants.scope import TenantContext, current_tenant, tenant_scope

__all__ = ["TenantContext", "current_tenant", "tenant_scope"]
