"""The HTML of a letter. It stands alone: no picture is fetched, no font, and nobody is counted.

Programs that read mail know no style sheets of a site, and some drop ``<style>``; so every element carries its light
look itself, and ``<style>`` only adds the dark one, for programs that have one.
"""

from __future__ import annotations

import re
from html import escape

from palabre.mail.letter import Letter

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
#: What each part looks like: light, and what is different in the dark.
_LOOKS = {
    "page": ("background:#faf8f3;color:#17201c;margin:0;padding:0", "background:#0f1713;color:#e9efe9"),
    "card": (
        "background:#ffffff;border:1px solid #d9d2c2;border-radius:14px",
        "background:#17211c;border-color:#33403a",
    ),
    "brand": ("color:#17613d;font-weight:700;font-size:17px", "color:#6fd39c"),
    "soft": ("color:#4c5952;font-size:14px;line-height:1.5", "color:#a9b8b0"),
    "name": ("color:#4c5952;font-size:14px;line-height:1.5", "color:#a9b8b0"),
    "value": ("color:#17201c;font-size:16px;line-height:1.5", "color:#e9efe9"),
    "link": ("color:#17613d;text-decoration:underline", "color:#6fd39c"),
    "button": (
        (
            "display:inline-block;padding:13px 22px;border-radius:10px;background:#1f7a4d;color:#ffffff;"
            "font-weight:700;font-size:16px;line-height:22px;text-decoration:none"
        ),
        "background:#6fd39c;color:#08130d",
    ),
    "rule": ("border-top:1px solid #e6e0d3", "border-color:#33403a"),
}
_DARK = "".join(
    f".{name}{{{look.replace(';', '!important;')}!important}}\n" for name, (_, look) in _LOOKS.items()
)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def as_html(letter: Letter, *, brand: str, language: str) -> str:
    """The letter as an HTML document.

    :param brand: name that stands above it.
    """
    parts = [_block(_lines(paragraph), "value", below=16) for paragraph in letter.paragraphs]
    if letter.details:
        parts.append(_table(letter.details))
    if letter.action:
        parts.append(_button(*letter.action))
    if letter.notes:
        parts.append(f"<div{_look('rule', 'margin:24px 0 16px;height:0;line-height:0')}>&#8202;</div>")
        parts += [_block(_lines(note), "soft", below=8) for note in letter.notes]
    return (
        f'<!doctype html>\n<html lang="{escape(language)}" dir="auto"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(letter.subject)}</title>"
        f"<style>:root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{{_DARK}}}</style></head>"
        f"<body{_look('page', _FONT)}>"
        f'<div style="display:none;max-height:0;overflow:hidden">{escape(_preview(letter))}</div>\n'
        f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"{_look("page")}>\n'
        '<tr><td align="center" style="padding:24px 12px">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="max-width:560px;{_FONT}">'
        f"<tr><td{_look('brand', 'padding:0 8px 12px')}>{escape(brand)}</td></tr>"
        f"<tr><td{_look('card', 'padding:28px 24px')}>{''.join(parts)}</td></tr>"
        "</table></td></tr></table></body></html>"
    )


def _block(content: str, look: str, *, below: int) -> str:
    return f"<p{_look(look, f'margin:0 0 {below}px;overflow-wrap:anywhere')}>{content}</p>"


def _table(details: tuple[tuple[str, str], ...]) -> str:
    """Name over value, so that a narrow screen needs no second column."""
    rows = "\n".join(
        f"<div{_look('name')}>{escape(name)}</div>"
        f"<div{_look('value', 'margin:0 0 12px;overflow-wrap:anywhere')}>{_lines(value)}</div>"
        for name, value in details
    )
    return f'<div style="margin:4px 0 20px">{rows}</div>'


def _button(label: str, address: str) -> str:
    href = escape(address)
    return (
        f'<p style="margin:0 0 12px"><a href="{href}"{_look("button")}>{escape(label)}</a></p>'
        f"<p{_look('soft', 'margin:0;overflow-wrap:anywhere')}>"
        f'<a href="{href}"{_look("link", "word-break:break-all")}>{href}</a></p>'
    )


def _look(name: str, more: str = "") -> str:
    light = _LOOKS[name][0]
    return f' class="{name}" style="{light}{";" + more if more else ""}"'


def _lines(text: str) -> str:
    """Text with its line breaks, in which addresses of the web can be followed."""
    written = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found.group().rstrip(".,;:!?)»”'")
        written.append(escape(text[end : found.start()]))
        written.append(f'<a href="{escape(address)}"{_look("link")}>{escape(address)}</a>')
        end = found.start() + len(address)
    written.append(escape(text[end:]))
    return "".join(written).replace("\n", "<br>\n")


def _preview(letter: Letter) -> str:
    """What lists of mails show beside the subject."""
    said = letter.paragraphs[1:2] or letter.paragraphs[:1]
    when = letter.details[0][1].partition("\n")[0] if letter.details else ""
    return " ".join((*said, when)).strip()[:200]
