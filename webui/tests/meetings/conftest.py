"""Two organisers on one installation."""

from __future__ import annotations

import pytest
from organiser import Organiser

from palabre_webui.server import create_web
from palabre_webui.testing.accounts import make_account


@pytest.fixture
def web(application, tenant):
    return create_web(application)


@pytest.fixture
def lea(application, web):
    return Organiser(web, make_account(application, email="lea@example.org", name="Léa Martin"))


@pytest.fixture
def sam(application, web):
    return Organiser(web, make_account(application, email="sam@example.org", name="Sam Okafor"))
