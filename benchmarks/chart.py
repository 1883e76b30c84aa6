"""A chart with two logarithmic axes as SVG, drawn by hand: a plotting library would be far more than it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT, MARGIN = 460, 320, 64
COLOURS = ("#1f4e78", "#c55a11", "#548235", "#7030a0")

Points = Sequence[tuple[float, float]]


def page(charts: Sequence[str]) -> str:
    """Return charts side by side."""
    moved = "".join(f'<g transform="translate({WIDTH * at},0)">{one}</g>' for at, one in enumerate(charts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(charts)} {HEIGHT}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
        f"{moved}</svg>\n"
    )


def chart(title: str, unit: str, series: Mapping[str, Points]) -> str:
    """Return the lines by name; both axes are logarithmic and end at whole powers of ten."""
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    left, right = _decades(xs)
    low, high = _decades(ys)

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - left) / (right - left)
        up = (math.log10(y) - low) / (high - low)
        return MARGIN + across * (WIDTH - 1.7 * MARGIN), HEIGHT - MARGIN - up * (HEIGHT - 1.8 * MARGIN)

    pieces = [f'<text x="{MARGIN}" y="20" font-weight="bold">{escape(title)}</text>']
    for power in range(left, right + 1):
        x, y = place(10.0**power, 10.0**low)
        pieces.append(f'<text x="{x:.0f}" y="{y + 18:.0f}" text-anchor="middle">{10**power:,}</text>')
        pieces.append(_line((x, y), place(10.0**power, 10.0**high), "#ddd"))
    for power in range(low, high + 1):
        x, y = place(10.0**left, 10.0**power)
        pieces.append(
            f'<text x="{x - 6:.0f}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:,g} {unit}</text>'
        )
        pieces.append(_line((x, y), place(10.0**right, 10.0**power), "#ddd"))
    pieces.append(f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 14}" text-anchor="middle">rows</text>')
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        spots = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        pieces.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        pieces += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        pieces.append(f'<text x="{MARGIN + 10}" y="{72 + 16 * number}" fill="{colour}">{escape(name)}</text>')
    return "".join(pieces)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _line(start: tuple[float, float], end: tuple[float, float], colour: str) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'
