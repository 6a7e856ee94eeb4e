"""A finished probe as the job leaves it, with pictures, written through the records."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded_probes import put_probe, spec_of

from fashion_studio.probing.records import Skipped
from fashion_studio.services.probing.run_files import ProbeRun


@pytest.fixture
def recorded(tmp_path: Path) -> ProbeRun:
    """Two subjects, some photos, a conflict set; names that would be HTML if they were not escaped."""
    photos = [(number, tmp_path / f"<b>{number}.jpg") for number in range(1, 6)]
    run_dir = put_probe(
        tmp_path,
        spec_of("<House>", "Mixed & styles"),
        photos=photos,
        title="Probe of <House>",
        skipped=[Skipped("gone <i>.jpg", "it cannot be read")],
        sentences=["A note with <script>alert(1)</script>."],
    )
    return ProbeRun(run_dir)
