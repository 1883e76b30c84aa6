"""The targets, and what was measured beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

from benchmarks.database import named
from benchmarks.race import CALM

MAIN_FLOOR, MAIN_SCRIPT = 1.35, 6.5  # times the floor; times faster than the script
MAIN_MEGABYTES, CSV_MEGABYTES, XLSX_MEGABYTES = 400, 1_200, 2_500
SMALL, HELP_SECONDS, KNOWN, LEDGER = 2.2, 0.35, 1.2, 0.10
LOCAL_DATABASE, FAR_DATABASE = 1.15, 1.25  # times the run with SQLite; with 10 ms of network, times that
PAGE_SECONDS = 0.2  # for an answer while a roster is read
LINEAR = 1.25  # what a row may cost more at the top size than at a tenth of it

Sections = Mapping[str, Mapping[str, Any]]


class Line(NamedTuple):
    """A target, what was measured, and whether it is met (None: not measured)."""

    what: str
    target: str
    measured: str
    met: bool | None


def lines(sections: Sections) -> list[Line]:
    """Return a line for each target; sections that weren't measured give lines without a verdict."""
    makers = (_main, _memory, _growth, _small, _help, _known, _ledger, _database, _page)
    return [line for make in makers for line in make(sections)]


def as_text(found: list[Line]) -> str:
    """Return the lines as a Markdown table."""
    verdict = {True: "met", False: "**missed**", None: "not measured"}
    rows = [f"| {one.what} | {one.target} | {one.measured} | {verdict[one.met]} |" for one in found]
    return "\n".join(["| what | target | measured | |", "| --- | --- | --- | --- |", *rows])


def typical(times: Mapping[str, list[float]], key: str) -> float:
    """Return the median of the runs that were left alone, or of all where none was."""
    others = times.get("others") or [0.0] * len(times[key])
    calm = [value for value, share in zip(times[key], others, strict=True) if share <= CALM]
    return float(median(calm or times[key]))


def _wall(sections: Sections, section: str, name: str) -> float:
    return typical(sections[section][name], "wall")


def _main(sections: Sections) -> Iterator[Line]:
    if "main" not in sections:
        yield Line("100,000-row XLSX", "", "", None)
        return
    rows = sections["main"]["rows"]
    ours = _wall(sections, "main", "bulk-register")
    floor = ours / _wall(sections, "main", "floor")
    what = f"{rows:,}-row XLSX, 0.1 s a request, 8 workers"
    yield Line(what, f"at most {MAIN_FLOOR} x the floor", f"{ours:.1f} s, {floor:.2f} x", floor <= MAIN_FLOOR)
    if "script" in sections["main"]:
        script = _wall(sections, "main", "script") / ours
        yield Line(
            what, f"at least {MAIN_SCRIPT} x faster than the script", f"{script:.1f} x", script >= MAIN_SCRIPT
        )


def _memory(sections: Sections) -> Iterator[Line]:
    if "main" in sections:
        peak = median(sections["main"]["bulk-register"]["peak"])
        target = f"at most {MAIN_MEGABYTES} MB"
        yield Line("peak memory of that run", target, f"{peak:,.0f} MB", peak <= MAIN_MEGABYTES)


def _growth(sections: Sections) -> Iterator[Line]:
    for kind, megabytes in (("CSV", CSV_MEGABYTES), ("XLSX", XLSX_MEGABYTES)):
        if f"growth {kind}" not in sections:
            yield Line(f"1,000,000-row {kind} in and out, no service delay", "", "", None)
            continue
        points = sections[f"growth {kind}"]
        sizes = sorted(int(size) for size in points)
        top = str(sizes[-1])
        dearer, peak = row_cost_ratio(points), median(points[top]["peak"])
        yield Line(
            f"{sizes[-1]:,}-row {kind} in and out, no service delay",
            f"linear (a row at most {LINEAR} x); at most {megabytes:,} MB",
            f"{typical(points[top], 'wall'):.1f} s, a row {dearer:.2f} x; {peak:,.0f} MB",
            dearer <= LINEAR and peak <= megabytes,
        )


def row_cost_ratio(points: Mapping[str, Any]) -> float:
    """Return what a row costs at the top size over what it costs at the size before, without the start.

    It goes by the processor's time: with no service to wait for that is what a row costs, and on a machine
    that others use too it is what repeats.
    """
    sizes = sorted(int(size) for size in points)
    costs = {size: typical(points[str(size)], "cpu") for size in sizes}
    first, before, top = sizes[0], sizes[-2], sizes[-1]
    return ((costs[top] - costs[first]) / (top - first)) / ((costs[before] - costs[first]) / (before - first))


def _small(sections: Sections) -> Iterator[Line]:
    what, target = "300-row XLSX, no service delay", f"at most {SMALL} x importing pandas and requests"
    if "small" not in sections:
        yield Line(what, target, "", None)
        return
    ours = _wall(sections, "small", "bulk-register")
    ratio = ours / _wall(sections, "small", "imports")
    yield Line(what, target, f"{ours:.2f} s, {ratio:.2f} x", ratio <= SMALL)


def _help(sections: Sections) -> Iterator[Line]:
    if "small" in sections:
        more = _wall(sections, "small", "--help") - _wall(sections, "small", "python")
        target = f"at most {HELP_SECONDS} s more than bare Python"
        yield Line("--help", target, f"{more:.2f} s more", more <= HELP_SECONDS)


def _known(sections: Sections) -> Iterator[Line]:
    what = "second run, everything known"
    target = f"no request; at most {KNOWN} x reading plus writing (`export`)"
    if "known" not in sections:
        yield Line(what, target, "", None)
        return
    found = sections["known"]
    ratio = _wall(sections, "known", "second run") / _wall(sections, "known", "export")
    beside = _wall(sections, "known", "second run") / _wall(sections, "known", "floor without requests")
    measured = f"{found['requests']} requests, {ratio:.2f} x ({beside:.2f} x the floor without requests)"
    yield Line(what, target, measured, ratio <= KNOWN and not found["requests"])


def _ledger(sections: Sections) -> Iterator[Line]:
    for name in ("main", "1,000,000-row CSV"):
        section = f"ledger {name}"
        what = "ledger, of that run" if name == "main" else f"ledger, of the {name} run"
        if section not in sections:
            yield Line(what, f"at most {LEDGER:.0%} of a run's time", "", None)
            continue
        with_it = _wall(sections, section, "bulk-register")
        share = 1 - _wall(sections, section, "without ledger") / with_it
        yield Line(what, f"at most {LEDGER:.0%} of a run's time", f"{share:.0%}", share <= LEDGER)


def _database(sections: Sections) -> Iterator[Line]:
    near, far = (f"that run with the ledger in {place}" for place in ("a local PostgreSQL", named(10)))
    near_target, far_target = f"at most {LOCAL_DATABASE} x SQLite", f"at most {FAR_DATABASE} x the local one"
    if "database" not in sections:
        yield Line(near, near_target, "", None)
        yield Line(far, far_target, "", None)
        return
    names = ("bulk-register", named(0), named(10), named(20))
    file, local, ten, twenty = (_wall(sections, "database", name) for name in names)
    yield Line(near, near_target, f"{local:.1f} s, {local / file:.2f} x", local / file <= LOCAL_DATABASE)
    measured = f"{ten:.1f} s, {ten / local:.2f} x ({named(20)}: {twenty / local:.2f} x)"
    yield Line(far, far_target, measured, ten / local <= FAR_DATABASE)


def _page(sections: Sections) -> Iterator[Line]:
    what, target = "the page's answers while it reads that roster", f"at most {PAGE_SECONDS} s"
    if "page" not in sections:
        yield Line(what, target, "", None)
        return
    longest = {kind: max(sections["page"][kind]) for kind in ("CSV", "XLSX")}
    measured = ", ".join(f"{kind} {seconds:.2f} s" for kind, seconds in longest.items())
    yield Line(what, target, measured, max(longest.values()) <= PAGE_SECONDS)
