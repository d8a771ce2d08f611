from __future__ import annotations

import pytest

from palabre.application import make_host
from palabre.db import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/palabre.sqlite3"
    else:
        url = request.getfixturevalue("empty_postgresql_url")
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def host():
    return make_host()
