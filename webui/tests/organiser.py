"""Somebody who plans meetings by the forms of the site."""

from __future__ import annotations

import re

from palabre_webui.testing.accounts import client_of, csrf_token


class Organiser:
    """Somebody who is signed in and sends forms."""

    def __init__(self, web, account):
        self.account = account
        self.browser = client_of(web, account)

    def get(self, path):
        return self.browser.get(path)

    def send(self, path, *, form=None, **fields):
        """Send a form, with the token that stands in the page ``form``."""
        return self.browser.post(
            path, data={"csrf_token": csrf_token(self.browser, form or "/account"), **fields}
        )

    def plan(self, **fields):
        """Plan by the form; the path of the meeting's page."""
        answer = self.send("/meetings/plan", form="/meetings/plan", **{**PLAN, **fields})
        assert answer.status_code == 303, problems(answer)
        return answer.headers["Location"]


#: A form that can be planned: the test clock stands long before.
PLAN = {
    "draft": "",
    "name": "Budget review",
    "kind": "web",
    "start": "2027-03-01T14:00",
    "zone": "Europe/Paris",
    "duration_min": "60",
    "room_class": "M",
    "mail_on_planning": "on",
    "early_entry": "on",
    "repeat_interval": "1",
}


def problems(answer):
    """The sentences about what has to be changed, by field."""
    return dict(re.findall(r'<li><a href="#([^"]+)">(.*?)</a></li>', answer.text))
