"""The plugin's pages."""

from __future__ import annotations

from palabre.application import Application
from palabre.tenants import TenantContext
from palabre.testing.under_test import PluginUnderTest
from palabre_webui.declared import permission_of
from palabre_webui.server import create_web


def test_every_view_declares_who_may_call_it(
    application: Application, tenant_with: TenantContext, plugin_under_test: PluginUnderTest
) -> None:
    """One that declares nothing is never called, which its author should know before anybody else."""
    app = create_web(application).app
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(f"/plugins/{plugin_under_test.name}/"):
            assert permission_of(app.view_functions[rule.endpoint]), (
                f"{rule.rule}: no @permission(…) on its view"
            )
    assert not application.plugins.health[plugin_under_test.name].errors
