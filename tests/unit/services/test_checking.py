from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.services.project import Project
from fashion_studio.services.scanning import ScanProgress
from tests.projects import write_photo


@pytest.fixture
def project(tmp_path: Path, studio):
    for seed in range(4):
        write_photo(tmp_path / "p" / f"{seed}.png", seed, size_px=(100, 100))
    damaged = bytearray((tmp_path / "p" / "2.png").read_bytes())
    damaged[3000:3200] = bytes(200)  # the header and the end stay good
    (tmp_path / "p" / "2.png").write_bytes(damaged)
    with Project.create(tmp_path / "T.fstudio", [tmp_path / "p"], studio) as project:
        yield project


def thumbnails(project: Project) -> int:
    return len(list((project.folder / "thumbnails").rglob("*.jpg")))


def test_a_scan_makes_thumbnails_and_finds_damaged_pixels(project: Project):
    seen: list[ScanProgress] = []
    report = project.scan(on_progress=seen.append)
    assert [path.name for path, _ in report.failed] == ["2.png"]
    assert (project.count, thumbnails(project)) == (3, 3)
    assert (seen[-1].looked_at, seen[-1].total, seen[-1].checking) == (4, 4, True)
    seen.clear()
    project.scan(on_progress=seen.append)
    assert not any(progress.checking for progress in seen)  # nothing left to check


def test_checking_can_be_left_out_and_made_up_for(project: Project):
    report = project.scan(check_pixels=False)
    assert (report.failed, project.count, thumbnails(project)) == ([], 4, 0)
    report = project.scan()
    assert (len(report.failed), project.count, thumbnails(project)) == (1, 3, 3)


def test_checking_stops_when_told(project: Project):
    project.scan(check_pixels=False)
    seen: list[ScanProgress] = []
    report = project.scan(on_progress=seen.append, should_stop=lambda: any(p.checking for p in seen))
    assert report.cancelled
    assert thumbnails(project) < 3
