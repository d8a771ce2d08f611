"""The chart of figures as shapes: bars above a line for what came, below it for what went. A template draws them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from palabre_billing.consumption.figures import Figures, Kind

#: Size of the drawing, in its own units.
WIDTH, HEIGHT = 720.0, 260.0
#: Room for the scale at the left, and for the names of the months below.
LEFT, BOTTOM, TOP = 52.0, 24.0, 8.0
#: Part of a month's width that its bar takes.
_BAR = 0.62


@dataclass(frozen=True)
class Bar:
    """One kind in one month.

    :param kind: its place among the kinds, which gives its colour.
    """

    x: float
    y: float
    width: float
    height: float
    kind: int
    month: datetime
    credits: int


@dataclass(frozen=True)
class Line:
    """A line of the scale: where, and which number of credits it stands for."""

    y: float
    credits: int


@dataclass(frozen=True)
class Chart:
    """Everything that is drawn.

    :param months: where the name of each month stands.
    """

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    months: tuple[tuple[float, datetime], ...]
    kinds: tuple[Kind, ...]


def chart_of(figures: Figures) -> Chart:
    """Draw figures. Without any movement there is one line and no bar."""
    step = _step(max(max(figures.came(one), figures.went(one)) for one in figures.months))
    up = -(-max(figures.came(one) for one in figures.months) // step) * step
    down = -(-max(figures.went(one) for one in figures.months) // step) * step
    unit = (HEIGHT - TOP - BOTTOM) / max(1, up + down)
    zero = TOP + up * unit
    width = (WIDTH - LEFT) / len(figures.months)
    bars: list[Bar] = []
    for place, month in enumerate(figures.months):
        x = LEFT + place * width + width * (1 - _BAR) / 2
        above, below = zero, zero
        for number, kind in enumerate(figures.kinds):
            credits = figures.of(month, kind)
            height = abs(credits) * unit
            if credits > 0:
                above -= height
                bars.append(Bar(x, above, width * _BAR, height, number, month, credits))
            elif credits < 0:
                bars.append(Bar(x, below, width * _BAR, height, number, month, credits))
                below += height
    lines = tuple(Line(zero - credits * unit, credits) for credits in range(-down, up + 1, step))
    names = tuple((LEFT + (place + 0.5) * width, month) for place, month in enumerate(figures.months))
    return Chart(tuple(bars), lines, names, figures.kinds)


def _step(most: int) -> int:
    """Credits between two lines of the scale: 1, 2 or 5 times a power of ten, at most five lines to a side."""
    step = 1
    while True:
        for times in (1, 2, 5):
            if most <= 5 * times * step:
                return times * step
        step *= 10
