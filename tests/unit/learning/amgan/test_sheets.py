from __future__ import annotations

from pathlib import Path

import numpy as np

from fashion_studio.imaging.lettering import Fonts
from fashion_studio.learning.amgan.pictures import Pictures
from fashion_studio.learning.amgan.plan import GanPlan
from fashion_studio.learning.amgan.sheets import SampleSheet, sheet_rows, shown_edits
from tests.unit.learning.amgan.conftest import Steppers


def test_photos_and_renderings_are_shown_half_and_half(pictures: Pictures) -> None:
    rows = sheet_rows(pictures, 6)
    assert pictures.is_photo[rows].tolist() == [True] * 3 + [False] * 3
    assert len(set(rows.tolist())) == 6
    assert len(sheet_rows(pictures.taken(np.empty(0, np.int64)), 6)) == 0


def test_every_attribute_has_its_columns(plan: GanPlan) -> None:
    edits = shown_edits(plan)
    assert [name for name, _ in edits] == ["colors"] * 4 + ["sleeve_length"] * 4 + ["pattern"] * 4
    assert [value for _, value in edits[4:8]] == [0, 1, 2, 3]


def test_a_sheet_shows_each_picture_its_edits_and_masks(
    steppers: Steppers, pictures: Pictures, tmp_path: Path
) -> None:
    stepper = steppers.make()
    rows = sheet_rows(pictures, 4)
    sheet = SampleSheet(pictures, rows, stepper.objective, Fonts())
    drawn = sheet.draw(stepper.networks.kept.eval())
    first = pictures.squares(rows)[0]
    assert np.array_equal(drawn[18:50, 4:36], first)
    mask = drawn[18 + 32 : 18 + 64, 40:72]
    assert np.ptp(mask.astype(int), axis=2).max() == 0  # grey, below its edit
    sheet.write(stepper.networks.kept.eval(), tmp_path / "samples" / "one.png")
    assert [path.name for path in (tmp_path / "samples").iterdir()] == ["one.png"]
    plain = steppers.make(method="stargan")
    without = SampleSheet(pictures, rows, plain.objective, Fonts()).draw(plain.networks.kept.eval())
    assert without.shape[0] < drawn.shape[0]
