"""What somebody wrote about a meeting, in the mails to the guests."""

import pytest

from palabre.invitations import Guest
from palabre.invitations.description import plain_text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("two\nlines", "two\nlines"),
        ("1 < 2 <foo>", "1 < 2 <foo>"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<ul><li>one<li>two</ul>", "• one\n• two"),
        (
            'see <a href="https://example.org/a?b=1&amp;c=2">this</a>',
            "see this (https://example.org/a?b=1&c=2)",
        ),
        ('<a href="https://example.org">the <b>new</b> plan</a>', "the new plan (https://example.org)"),
        ('<a href="https://example.org">https://example.org</a>', "https://example.org"),
        ("agenda </a> over", "agenda over"),
        ("ask <lea@example.org>, see <https://example.org/a>, bring a <laptop>",) * 2,
        (
            "<b>ask</b> <lea@example.org>, see <https://example.org/a>, bring a <laptop>",
            "ask <lea@example.org>, see <https://example.org/a>, bring a <laptop>",
        ),
        ("<b>x</b><script>if (a<b) alert(1)</script><style>*{}</style> <div><span>y</span></div>", "x y"),
        ("<b>x</b><![if !IE]><!-- no --><?y <", "x<![if !IE]><?y <"),
    ],
)
def test_a_description_in_a_mail_loses_its_tags_and_nothing_else(written, read):
    assert plain_text(written) == read


def test_a_stray_tag_in_a_description_stops_no_mail(plan, mail_server):
    planned = plan(description="Agenda </a> over")
    planned.invite(Guest(email="ana@example.org", name="Ana"))
    planned.work()
    (mail,) = mail_server.to("ana@example.org")
    assert "Agenda over" in mail.text
