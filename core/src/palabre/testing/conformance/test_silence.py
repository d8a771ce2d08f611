"""Switched off for a tenant, the plugin is nowhere."""

from __future__ import annotations

from palabre.application import Application
from palabre.tenants import TenantContext
from palabre.testing.surfaces import Surface
from palabre.testing.under_test import PluginUnderTest


def test_nothing_shows_when_it_is_switched_off(
    application: Application,
    tenant_without: TenantContext,
    surface: Surface,
    plugin_under_test: PluginUnderTest,
) -> None:
    """On none of the surfaces, while a whole meeting takes its course. Plugins of the installation's level are on."""
    shown = surface.shown(application, tenant_without, plugin_under_test.name)
    if application.plugins.installed[plugin_under_test.name].feature.level != "installation":
        assert shown == [], f"switched off, it still shows on the surface {surface.name}"


def test_a_meeting_goes_well_when_it_is_switched_on(
    application: Application, tenant_with: TenantContext, surface: Surface, plugin_under_test: PluginUnderTest
) -> None:
    """Nothing of it fails while a whole meeting takes its course."""
    surface.shown(application, tenant_with, plugin_under_test.name)
    health = application.plugins.health[plugin_under_test.name]
    assert not health.errors, health.reason
