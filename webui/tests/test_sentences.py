"""Sentences that lead somewhere: addresses of this site become links, and nothing else does."""

import pytest
from flask import Flask

from palabre_webui.site.templating import linked


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Nothing to see.", "Nothing to see."),
        (
            "Buy here: http://site.example/buy?needed=2&x=1.",
            (
                'Buy here: <a href="http://site.example/buy?needed=2&amp;x=1">'
                "http://site.example/buy?needed=2&amp;x=1</a>."
            ),
        ),
        ("See http://elsewhere.example/a", "See http://elsewhere.example/a"),
        ("See http://site.example.org/a", "See http://site.example.org/a"),
        ("<b>Léa</b> http://site.example/", "&lt;b&gt;Léa&lt;/b&gt; http://site.example/"),
        (
            'http://site.example/a"><script>',
            '<a href="http://site.example/a">http://site.example/a</a>&#34;&gt;&lt;script&gt;',
        ),
    ],
)
def test_only_addresses_of_this_site_can_be_followed(said, shown):
    with Flask("test").test_request_context("/", base_url="http://site.example/"):
        assert str(linked(said)) == shown
