"""Any table of text, written by any writer in any dialect and encoding, reads back as the same employees."""

from __future__ import annotations

import csv
import io
import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulk_register.roster.employees.identifiers import check_identifier
from tests.support.rosters import raw, read

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "gb18030"]
IDENTIFIERS = st.from_regex(r"[0-9]{1,7}|[A-Z]{1,3}-?[0-9]{1,6}", fullmatch=True)
# A cell with line breaks and delimiters may look like rows that a stray quote swallowed, and is then refused.
TEXTS = st.builds(
    "x{}".format,
    st.text(st.sampled_from("abXY 019\"'\n-.@Жщ"), max_size=8)
    | st.text(st.sampled_from("ab 01,;|\t\"'щ"), max_size=8),
)
ROWS = st.lists(st.tuples(IDENTIFIERS, TEXTS, TEXTS), min_size=1, max_size=25)
WRITERS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "lineterminator": st.sampled_from(["\n", "\r\n"]),
    }
)


@given(ROWS, WRITERS, st.sampled_from(ENCODINGS), st.integers(0, 2), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_table_reads_back(
    rows: list[tuple[str, str, str]], writer: dict[str, str], encoding: str, column: int, blank: bool
) -> None:
    header, body = ["Notes", "Remarks"], [[note, more] for _, note, more in rows]
    header.insert(column, "Employee ID")
    for line, (identifier, *_) in zip(body, rows, strict=True):
        line.insert(column, identifier)
    file = io.StringIO(newline="")
    csv.writer(file, **writer).writerows([[], header, *body] if blank else [header, *body])  # type: ignore[arg-type]
    data = file.getvalue().encode(encoding)
    roster = read(data, encoding=None if encoding.startswith("utf") else encoding)
    people = roster.employees.rows
    assert people["identifier"].tolist() == [check_identifier(identifier).text for identifier, *_ in rows]
    assert people["row"].tolist() == list(range(2 + blank, len(rows) + 2 + blank))
    assert list(roster.employees.identifiers) == list(dict.fromkeys(identifier for identifier, *_ in rows))
    assert raw(roster) == data


def test_reading_text_loads_no_slow_library() -> None:
    code = "import sys, bulk_register.roster; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"charset_normalizer", "python_calamine"} & set(done.stdout.split())
