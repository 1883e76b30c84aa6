"""An order that nothing contradicts is believed, as it is documented; asking in another one shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.hostile_server import HostileServer, Reaction
from tests.support.office import RUN, Office, truth
from tests.support.plans import people

ROTATED = Reaction(change=lambda ids, *_: [*ids[1:], *ids[:1]])
REVERSED = Reaction(change=lambda ids, *_: ids[::-1])


@pytest.mark.parametrize("count", [2, 8, 40])
@pytest.mark.parametrize("reaction", [ROTATED, REVERSED], ids=["rotated", "reversed"])
@pytest.mark.parametrize("always", [True, False])
def test_verify_finds_answers_in_a_wrong_order(
    tmp_path: Path, count: int, reaction: Reaction, always: bool
) -> None:
    with HostileServer(lambda _: reaction if always or len(server.requests) == 1 else None) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(count))
        assert office.say(*RUN).code == 0
        assert office.links() != truth(server)
        assert office.say("verify", "out.csv").code == 0, "nothing on this machine contradicts it"
        told = office.say("verify", "out.csv", "--ask")
    assert told.code == 1
    [named] = re.findall(r"^Rows? ([\d, to]+): StartExam gives this employee another link", told.out, re.M)
    spans = [[int(row) for row in span.split(" to ")] for span in named.split(", ")]
    assert sum(span[-1] - span[0] + 1 for span in spans) >= count // 2, (
        "shuffled, a few stand where they stood"
    )
