from __future__ import annotations

import pytest
import typer

from fashion_studio.cli.filters import item_filter
from fashion_studio.domain.labels import Split, Status
from fashion_studio.domain.queries import ItemFilter


def test_no_option_is_no_filter() -> None:
    assert item_filter() is None


def test_options_become_conditions() -> None:
    question = item_filter(
        text="a",
        statuses=[Status.DONE, Status.NEW],
        splits=[Split.TEST],
        flagged=False,
        person=["fit=loose", "fit=tight", "category=?unset"],
        model=["pattern=a=b"],
    )
    assert question == ItemFilter(
        text="a",
        statuses=frozenset({Status.DONE, Status.NEW}),
        splits=frozenset({Split.TEST}),
        flagged=False,
        by_person={"fit": frozenset({"loose", "tight"}), "category": frozenset({"?unset"})},
        by_model={"pattern": frozenset({"a=b"})},
    )


@pytest.mark.parametrize("text", ["fit", "=loose", "fit="])
def test_half_a_pair_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="ATTRIBUTE=VALUE"):
        item_filter(person=[text])
