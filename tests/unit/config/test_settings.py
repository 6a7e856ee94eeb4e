from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_studio.config.settings import SCHEMA, Settings, load_settings, save_settings, settings_path
from fashion_studio.domain.errors import EnvironmentProblem


def test_without_a_file_the_defaults_hold() -> None:
    loaded = load_settings()
    assert loaded.settings == Settings()
    assert loaded.problems == ()


def test_every_setting_has_title_help_and_a_usable_default() -> None:
    for setting in SCHEMA:
        assert setting.title
        assert setting.help
        default = dict(setting.default) if setting.kind is dict else setting.default
        assert setting.problem(default) is None


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.toml"
    save_settings(Settings(theme="light", keys={"next photo": "Space"}), path)
    assert tomllib.loads(path.read_text()) == {"theme": "light", "keys": {"next photo": "Space"}}
    assert load_settings(path).settings == Settings(theme="light", keys={"next photo": "Space"})
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('theme = "pink"', "one of auto, dark, light"),
        ("theme = 3", "a text"),
        ("text_scale = 9", "between 0.8 and 2"),
        ("text_scale = nan", "between 0.8 and 2"),
        ('text_scale = "big"', "a number"),
        ("reduced_motion = 1", "true or false"),
        ("read_ahead = 2.5", "a whole number"),
        ("[keys]\nnext = 4", "only texts"),
    ],
)
def test_one_bad_key_costs_no_other(tmp_path: Path, line: str, word: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'actor = "Ada"\noverlay_opacity = 1\n{line}\n')
    loaded = load_settings(path)
    assert loaded.settings == Settings(actor="Ada", overlay_opacity=1.0)
    assert len(loaded.problems) == 1
    assert word in loaded.problems[0]


@pytest.mark.parametrize("content", [b"theme = = 1", b"\xff\xfe\x00", b"a = 1\na = 2"])
def test_a_ruined_file_is_reported_and_the_defaults_hold(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    loaded = load_settings(path)
    assert loaded.settings == Settings()
    assert "cannot be read" in loaded.problems[0]


def test_keys_of_a_newer_version_and_unusable_ones_stay_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('hologram = [1, "two"]\ntheme = "pink"\ntext_scale = 1.5\n[future]\nwhen = 2031-01-02\n')
    before = tomllib.loads(path.read_text())
    save_settings(dataclasses.replace(load_settings(path).settings, text_scale=1.0), path)
    after = tomllib.loads(path.read_text())
    assert after == {name: value for name, value in before.items() if name != "text_scale"}


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        save_settings(Settings(theme="dark"), tmp_path / "file" / "settings.toml")


def test_the_file_lies_in_the_persons_config_folder() -> None:
    save_settings(Settings(theme="dark"))
    assert settings_path().is_file()
    assert load_settings().settings.theme == "dark"


def test_the_actor_falls_back_to_the_login_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "grace")
    assert Settings().actor_name == "grace"
    assert Settings(actor=" Ada ").actor_name == "Ada"


def test_without_a_login_name_there_still_is_an_actor(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no login")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert Settings().actor_name == "someone"


@given(
    actor=st.text(),
    scale=st.floats(0.8, 2.0),
    keys=st.dictionaries(
        st.text(st.characters(exclude_categories=("Cs",))), st.text(st.characters(exclude_categories=("Cs",)))
    ),
)
def test_any_text_survives_the_file(
    tmp_path_factory: pytest.TempPathFactory, actor: str, scale: float, keys: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    wanted = Settings(actor=actor.encode("utf-8", "replace").decode(), text_scale=scale, keys=keys)
    save_settings(wanted, path)
    assert load_settings(path).settings == wanted
