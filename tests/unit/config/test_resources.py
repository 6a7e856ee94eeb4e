from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.config import resources
from fashion_studio.domain.errors import EnvironmentProblem, VocabularyError


def test_a_checkout_has_its_resources_beside_the_package() -> None:
    assert (resources.resources_dir() / "vocabularies" / "studio.toml").is_file()
    assert resources.models_dir().name == "models"
    assert resources.house_model_dir().parent == resources.models_dir()


def test_the_shipped_vocabulary_loads_by_name() -> None:
    vocabulary = resources.load_vocabulary("studio")
    assert vocabulary.name == "studio"
    assert len(vocabulary.landmarks) == 8
    assert "studio" in resources.vocabulary_names()


def test_an_unknown_vocabulary_is_a_clear_error() -> None:
    with pytest.raises(VocabularyError, match=r"klingon\.toml"):
        resources.load_vocabulary("klingon")


def test_a_wheel_has_its_resources_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "fashion_studio"
    (package / "resources").mkdir(parents=True)
    (tmp_path / "site-packages" / "resources").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.resources_dir() == package / "resources"


def test_an_incomplete_installation_says_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "fashion_studio")
    with pytest.raises(EnvironmentProblem, match="Install Fashion Studio again"):
        resources.models_dir()
