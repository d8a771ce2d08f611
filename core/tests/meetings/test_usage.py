"""That something with a price is used is said in the transaction in which it begins, and may be refused there."""

from __future__ import annotations

import pytest

from palabre.meetings import BadUsage, Chargeable, Usage
from palabre.tenants import tenant_scope
from palabre.toolkit import Feature, Refused, begin_usage, hookimpl


class Tape:
    """A plugin that records, and declares what that is."""

    palabre_name = "tape"

    @hookimpl
    def feature(self):
        return Feature(name="tape", title="Tape", description="Records.", api_version=1)

    @hookimpl
    def chargeables(self):
        return [
            Chargeable("tape", "Tape", "hour"),
            Chargeable("tape.copy", "Copy", "piece", (("wide", "Wide"), ("thin", "Thin"))),
        ]


class Till:
    """A plugin that sells."""

    palabre_name = "till"

    def __init__(self):
        self.heard = []

    @hookimpl
    def feature(self):
        return Feature(name="till", title="Till", description="Sells.", api_version=1)

    @hookimpl
    def usage_starting(self, session, meeting, usage):
        self.heard.append((meeting.name, usage))
        if usage.quantity > 5:
            raise Refused("too_much", "Five at most.")


@pytest.fixture
def till():
    return Till()


@pytest.fixture
def plugins(till):
    return [Tape(), till]


@pytest.fixture
def use(application, tenant, meeting):
    def use(**usage):
        with tenant_scope(tenant), application.db.transaction() as session:
            row = session.merge(meeting)
            begin_usage(session, meeting=row, usage=Usage(**{"key": "one", **usage}))

    return use


def test_a_plugin_that_sells_hears_of_it_and_may_refuse(use, till, meeting):
    use(chargeable="tape")
    use(chargeable="tape.copy", variant="thin", quantity=2, goes_on=True)
    with pytest.raises(Refused, match="Five at most"):
        use(chargeable="tape", quantity=6)
    assert [(name, one.chargeable, one.variant, one.quantity) for name, one in till.heard] == [
        (meeting.name, "tape", "", 1),
        (meeting.name, "tape.copy", "thin", 2),
        (meeting.name, "tape", "", 6),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        {"chargeable": "disc"},
        {"chargeable": "tape", "variant": "wide"},
        {"chargeable": "tape.copy"},
        {"chargeable": "tape.copy", "variant": "square"},
        {"chargeable": "tape", "quantity": 0},
        {"chargeable": "tape", "key": ""},
        {"chargeable": "tape", "key": "k" * 101},
    ],
)
def test_what_is_not_declared_is_not_used(use, till, odd):
    with pytest.raises(BadUsage):
        use(**odd)
    assert till.heard == []


def test_where_nobody_sells_nothing_happens(till, application, tenant, meeting):
    without = tenant.with_features(tenant.features - {"till"})
    with tenant_scope(without), application.db.transaction() as session:
        begin_usage(session, meeting=session.merge(meeting), usage=Usage(chargeable="tape", key="one"))
    assert till.heard == []
