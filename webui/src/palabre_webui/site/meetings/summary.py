"""What a planning form means, in sentences: they stand beside it while somebody types."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from markupsafe import Markup

from palabre.calendar import LocalStart, Moment, in_words, resolve, starts
from palabre.i18n import current_language, ngettext
from palabre.i18n import gettext as _
from palabre.meetings import MeetingPlan
from palabre_webui.site.meetings.form import Reading
from palabre_webui.site.wording import clock, listed, reader_zone, whole_moment, zone_words


@dataclass(frozen=True)
class Summary:
    """The sentences beside the form.

    :param notes: what the organiser may not have expected, as a time that comes twice.
    :param prices: pairs of words and price, where something prices the meeting.
    :param both: where the clocks are put back, the two times that can be meant: pairs of value and words.
    """

    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    prices: tuple[tuple[str, str], ...] = ()
    both: tuple[tuple[str, str], ...] = ()
    fold: str = ""


def summary_html(reading: Reading, *, prices: tuple[tuple[str, str], ...] = ()) -> Markup:
    """The summary of a form as a piece of a page."""
    made = summary(reading.plan, prices=prices) if reading.plan else Summary(prices=prices)
    return Markup(render_template("meetings/_summary.html", summary_of=made))  # noqa: S704 - the template escapes


def summary(plan: MeetingPlan, *, prices: tuple[tuple[str, str], ...] = ()) -> Summary:
    """What planning ``plan`` would do."""
    if plan.start is None:
        return Summary(prices=prices)
    moment = resolve(plan.start.local, plan.start.zone)
    lines = [_when(plan, moment), *_elsewhere(plan, moment.utc)]
    if plan.repeat:
        every = starts(plan.start.local, plan.start.zone, plan.repeat)
        times = ngettext("%(num)s time", "%(num)s times", len(every)) % {"num": len(every)}
        lines.append(
            _("It repeats: %(rule)s; %(times)s, the last on %(when)s.")
            % {
                "rule": in_words(plan.repeat, current_language()),
                "times": times,
                "when": whole_moment(every[-1], plan.start.zone),
            }
        )
    lines += [_mails(plan), *([_("Whoever has the public link may come too.")] if plan.is_public else [])]
    return Summary(
        tuple(line for line in lines if line),
        tuple(note for note in (clock_note(plan.start, moment),) if note),
        prices,
        both_times(plan.start, moment),
        str(plan.start.local.fold),
    )


def _when(plan: MeetingPlan, moment: Moment) -> str:
    assert plan.start is not None
    when = whole_moment(moment.utc, plan.start.zone)
    count = len(plan.guests)
    if not count:
        return _("%(when)s.") % {"when": _capital(when)}
    people = ngettext("%(num)s guest", "%(num)s guests", count) % {"num": count}
    return _("%(people)s, %(when)s.") % {"people": people, "when": when}


def _elsewhere(plan: MeetingPlan, utc: datetime) -> list[str]:
    """The same moment where others are: with the organiser, and with guests whose zone is known."""
    assert plan.start is not None
    zones = Counter(guest.time_zone for guest in plan.guests if guest.time_zone)
    own = reader_zone()
    said = []
    if own != plan.start.zone:
        said.append(
            _("%(time)s in %(zone)s, where you are.")
            % {"time": clock(utc, own), "zone": zone_words(own, utc)}
        )
    others = [
        _("%(time)s in %(zone)s") % {"time": clock(utc, zone), "zone": zone_words(zone, utc)}
        for zone, _count in zones.most_common(5)
        if zone not in (plan.start.zone, own)
    ]
    if others:
        said.append(_("For guests elsewhere: %(times)s.") % {"times": listed(others)})
    return said


def _mails(plan: MeetingPlan) -> str:
    if not plan.guests:
        return ""
    moments = [_("now")] if plan.mail_on_planning else []
    if plan.mail_before_min:
        before = listed([str(minutes) for minutes in sorted(plan.mail_before_min, reverse=True)])
        said = ngettext(
            "%(minutes)s minute before the start",
            "%(minutes)s minutes before the start",
            sum(plan.mail_before_min),
        )
        moments.append(said % {"minutes": before})
    if plan.mail_at_start:
        moments.append(_("when it starts"))
    if not moments:
        return _("Nobody gets a mail.")
    return _("Each guest gets a mail with a link of their own: %(moments)s.") % {"moments": listed(moments)}


def clock_note(start: LocalStart, moment: Moment) -> str:
    """What the organiser may not have expected: a time that does not exist, or that comes twice. Mostly nothing."""
    if moment.note == "gap":
        said = _(
            "The clocks are put forward then, and %(typed)s does not exist in %(zone)s. The meeting starts at %(time)s."
        )
    elif moment.note == "doubled":
        said = _(
            "The clocks are put back then, and %(typed)s comes twice in %(zone)s. Choose which of the two you mean."
        )
    else:
        return ""
    return said % {
        "typed": start.local.strftime("%H:%M"),
        "zone": zone_words(start.zone, moment.utc),
        "time": clock(moment.utc, start.zone),
    }


def both_times(start: LocalStart, moment: Moment) -> tuple[tuple[str, str], ...]:
    """Where the clocks are put back, the two times that can be meant: pairs of value and words."""
    if moment.note != "doubled":
        return ()
    first, second = (resolve(start.local.replace(fold=fold), start.zone).utc for fold in (0, 1))
    return (
        ("0", _("the first time, %(time)s UTC") % {"time": clock(first, "UTC")}),
        ("1", _("the second time, %(time)s UTC") % {"time": clock(second, "UTC")}),
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
