"""A new probe: who decides, on which photos, what is done to them, what is a cue of shape or of texture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QWidget

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.components.base import Label, row
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.chips import Chip
from fashion_studio.gui.components.choices import Segment, Switch
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.inputs import Field
from fashion_studio.gui.library.filter_words import conditions
from fashion_studio.gui.probe.variant_words import picture_title
from fashion_studio.gui.train.picker import Picker
from fashion_studio.probing.records import (
    Backdrop,
    ConflictSource,
    ConflictSpec,
    ProbeSpec,
    Streams,
    Subject,
    VariantKind,
)
from fashion_studio.services.probing.freezing import bundle_subjects, default_adain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.gui.session import Session
    from fashion_studio.services.model_list import Model

__all__ = ["NewProbe", "subject_choices"]

_SOURCES: Final = (
    (
        "Drawn",
        ConflictSource.RENDERER,
        "Drawn garments: the shape of one class in the cloth of another, exactly.",
    ),
    ("Cloth", ConflictSource.FABRIC, "The silhouette of one photo, filled with the cloth of another."),
    ("Style", ConflictSource.STYLE, "Style transfer between two photos, as in the paper; slower."),
    ("Folder", ConflictSource.FOLDER, "A folder of pictures named <shape>N-<texture>M.png."),
    ("None", None, "No pictures with two cues, so no shape bias."),
)
_CUES: Final = ("Shape", "Texture", "Neither")
_TEXTURES: Final = frozenset({"fabric", "pattern"})
_USUAL_PHOTOS: Final = 200
_USUAL_PICTURES: Final = 200
_NO_STYLES: Final = "The weights for style transfer are not installed (models/adain)."
_TWO_STREAM: Final = "two_stream"


def subject_choices(models: Sequence[Model]) -> tuple[Subject, ...]:
    """Every model, and of a two-stream one each stream alone; from a thread."""
    pairs = [
        (model.folder, streams)
        for model in models
        for streams in (Streams if model.architecture == _TWO_STREAM else (Streams.BOTH,))
    ]
    return bundle_subjects([folder for folder, _ in pairs], streams=[streams for _, streams in pairs])


class NewProbe(Dialog):
    """The form; `spec` and `ids` are what was chosen once it has been accepted."""

    def __init__(
        self, session: Session, model: Path | None, device: str, parent: QWidget | None = None
    ) -> None:
        """`model` is the one in use, which is chosen first; `device` that of the settings."""
        super().__init__("New probe", primary="Start", wide=True, parent=parent)
        self._session, self._model, self._device = session, model, device
        self._choices: tuple[Subject, ...] = ()
        self._folder = ""
        vocabulary = session.vocabulary
        self._attributes = list(vocabulary.attributes) if vocabulary is not None else []
        self.first, self.second = Picker("First model"), Picker("Second model")
        for picker in (self.first, self.second):
            picker.setFixedWidth(self.theme.px(208))
            picker.picked.connect(lambda _at: self._check())
        self._build_photos()
        names = [attribute.name for attribute in self._attributes]
        self.attribute = Picker("Attribute that decides")
        at = names.index(CATEGORY) if CATEGORY in names else 0
        self.attribute.set_entries([attribute.title for attribute in self._attributes], at)
        self.attribute.picked.connect(self._on_attribute)
        self.adain = default_adain()
        self.variants = {kind: self._chip(kind) for kind in VariantKind if kind is not VariantKind.ORIGINAL}
        self.source = Segment([title for title, _, _ in _SOURCES])
        self.source.picked.connect(lambda _at: self._show_source())
        self.source_hint = Label("", "caption", role="text3", wrap=True)
        self.pictures = Field("", str(_USUAL_PICTURES))
        self.pictures.line.setAccessibleName("Pictures with two cues at most")
        self.choose = Button("Choose folder", icon="folder-open", parent=self)
        self.choose.setToolTip("Choose the folder of pictures with two cues")
        self.choose.clicked.connect(lambda _checked=False: self._choose())
        self.cues = {attribute.name: self._cue(attribute.name) for attribute in self._attributes}
        self.backgrounds = Switch()
        self.backgrounds.setChecked(True)
        self.backgrounds.setAccessibleName("Other backgrounds")
        self.problem = Label("", "small", role="danger", wrap=True)
        self._build()
        self.primary.clicked.disconnect(self.accept)
        self.primary.clicked.connect(self._accept)
        self._show_source()
        self._find_models()

    # ------------------------------------------------------------ parts

    def _build_photos(self) -> None:
        session = self._session
        total = session.project.count if session.project is not None else 0
        shown = int(session.listing.size)
        filtered = bool(session.vocabulary and conditions(session.filter, session.vocabulary))
        scope = [f"The filter's {shown:,}", f"All {total:,}"] if filtered else [f"All {total:,}"]
        self._filtered = filtered
        self.scope = Segment(scope)
        self.scope.picked.connect(lambda _at: self._check())
        self.limit = Field("", str(_USUAL_PHOTOS))
        self.limit.line.setAccessibleName("Photos at most")
        for field in (self.limit,):
            field.edited.connect(lambda _text: self._check())

    def _chip(self, kind: VariantKind) -> Chip:
        chip = Chip(picture_title(kind.value))
        chip.setCheckable(True)
        possible = bool(self.adain) or kind is not VariantKind.STYLISED
        chip.setChecked(possible)
        chip.setEnabled(possible)
        chip.setToolTip("With or without this column" if possible else _NO_STYLES)
        return chip

    def _cue(self, name: str) -> Segment:
        segment = Segment(_CUES)
        segment.setAccessibleName(f"{name} is a cue of")
        segment.set_index(1 if name in _TEXTURES else 0 if name == CATEGORY else 2)
        return segment

    def _build(self) -> None:
        def line(title: str, *parts: QWidget | None) -> QHBoxLayout:
            head = Label(title, "small", 600)
            head.setFixedWidth(self.theme.px(104))
            return row(head, *parts, gap=8)

        self.limit.setFixedWidth(self.theme.px(64))
        self.pictures.setFixedWidth(self.theme.px(64))
        self.body.setSpacing(10)
        self.body.addLayout(
            line("Models", self.first, Label("and", "small", role="text2"), self.second, None)
        )
        at_most = Label("at most", "small", role="text2")
        self.body.addLayout(line("Photos", self.scope, at_most, self.limit, None))
        self.body.addLayout(line("Decision on", self.attribute, None))
        chips = QGridLayout()
        chips.setHorizontalSpacing(8)
        chips.setVerticalSpacing(6)
        for place, chip in enumerate(self.variants.values()):
            chips.addWidget(chip, place // 4, place % 4)
        chips.setColumnStretch(4, 1)
        variants = line("Variants")
        variants.addLayout(chips, 1)
        self.body.addLayout(variants)
        self.body.addLayout(line("Two cues", self.source, None))
        self._pictures_label = Label("pictures at most", "small", role="text2")
        self.body.addLayout(line("", self.choose, self.pictures, self._pictures_label, None))
        hint = line("")
        hint.addWidget(self.source_hint, 1)
        self.body.addLayout(hint)
        self._cue_grid = QWidget()
        grid = QGridLayout(self._cue_grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        for place, attribute in enumerate(self._attributes):
            at = 2 * (place % 2)
            grid.addWidget(Label(attribute.title, "small", role="text2"), place // 2, at)
            grid.addWidget(self.cues[attribute.name], place // 2, at + 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        self.body.addWidget(self._cue_grid)
        words = "Grey, black, white and another photo's background: what flips?"
        self.body.addLayout(
            line("Backgrounds", self.backgrounds, Label(words, "caption", role="text3"), None)
        )
        self.body.addWidget(self.problem)

    # ------------------------------------------------------------ what there is to choose

    def _find_models(self) -> None:
        project = self._session.project
        if project is None:
            return
        self.primary.setEnabled(False)

        def find() -> tuple[Subject, ...]:
            from fashion_studio.services.model_list import list_models  # noqa: PLC0415 - not at start

            return subject_choices(list_models(project))

        self._session.bridge.submit(find, self._take_models, self._refused, lane="probe.new")

    def _take_models(self, choices: tuple[Subject, ...]) -> None:
        self._choices = choices
        titles = [choice.name for choice in choices]
        wanted = str((self._model or house_model_dir()).absolute())
        used = [n for n, choice in enumerate(choices) if choice.model == wanted]
        self.first.set_entries(titles, used[0] if used else 0)
        self.second.set_entries(["none", *titles], 0)
        self._check()

    def _refused(self, error: Exception) -> None:
        from fashion_studio.domain.errors import StudioError  # noqa: PLC0415 - beside its only use

        if not isinstance(error, StudioError):
            raise error
        self.problem.setText(str(error))

    def _on_attribute(self, _place: int) -> None:
        name = self.decided
        if name in self.cues and self.cues[name].index == _CUES.index("Neither"):
            self.cues[name].set_index(1 if name in _TEXTURES else 0)

    def _show_source(self) -> None:
        _, source, words = _SOURCES[self.source.index]
        self.source_hint.setText(f"{words} {self._folder}" if source is ConflictSource.FOLDER else words)
        self.choose.setVisible(source is ConflictSource.FOLDER)
        drawn = source not in {None, ConflictSource.FOLDER}
        for widget in (self.pictures, self._pictures_label):
            widget.setVisible(drawn)
        self._cue_grid.setEnabled(source is not None)
        self._cue_grid.setVisible(source is not None)
        self._check()

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Pictures with two cues", self._folder)
        if folder:
            self._folder = folder
            self._show_source()

    # ------------------------------------------------------------ what was chosen

    @property
    def decided(self) -> str:
        """The attribute whose value is the decision."""
        at = self.attribute.index
        return self._attributes[at].name if 0 <= at < len(self._attributes) else CATEGORY

    @property
    def ids(self) -> NDArray[np.int64]:
        """The photos; where there are more than wanted, evenly spread over the list."""
        project = self._session.project
        if project is None:
            return np.empty(0, dtype=np.int64)
        filtered = self._filtered and self.scope.index == 0
        ids = self._session.listing if filtered else project.ids()
        limit = _whole(self.limit.text)
        if 0 < limit < ids.size:
            ids = ids[np.linspace(0, ids.size - 1, limit).round().astype(int)]
        return ids

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """One or two."""
        places = [self.first.index, self.second.index - 1]
        return tuple(self._choices[place] for place in places if 0 <= place < len(self._choices))

    @property
    def spec(self) -> ProbeSpec:
        """All of it."""
        return ProbeSpec(
            self.subjects,
            self.decided,
            (VariantKind.ORIGINAL, *(kind for kind, chip in self.variants.items() if chip.isChecked())),
            tuple(Backdrop) if self.backgrounds.isChecked() else (),
            self._conflict(),
            adain=self.adain,
            device=self._device,
        )

    def _conflict(self) -> ConflictSpec | None:
        source = _SOURCES[self.source.index][1]
        if source is None:
            return None
        shape, texture = (
            tuple(name for name, cue in self.cues.items() if cue.index == place) for place in (0, 1)
        )
        return ConflictSpec(
            source,
            self.decided,
            shape,
            texture,
            limit=_whole(self.pictures.text),
            folder=self._folder if source is ConflictSource.FOLDER else "",
        )

    def _problem(self) -> str:
        """What stands in the way, as a sentence; empty when it can be started."""
        subjects, conflict = self.subjects, self._conflict()
        least = min(_whole(self.limit.text), _whole(self.pictures.text))
        in_folder = conflict is not None and conflict.source is ConflictSource.FOLDER
        both = conflict is None or bool(conflict.shape_attributes and conflict.texture_attributes)
        obstacles = (
            (len(subjects) > 1 and subjects[0] == subjects[1], "Choose another second model, or none."),
            (not self.ids.size, "There is no photo to probe. Add photos or change the filter."),
            (least < 0, "How many at most: a whole number, or nothing."),
            (in_folder and not self._folder, "Choose the folder of pictures with two cues."),
            (self._wants_styles(conflict) and not self.adain, _NO_STYLES),
            (not both, "Declare at least one attribute a cue of shape and one a cue of texture."),
        )
        return next((sentence for there, sentence in obstacles if there), "")

    @staticmethod
    def _wants_styles(conflict: ConflictSpec | None) -> bool:
        return conflict is not None and conflict.source is ConflictSource.STYLE

    def _check(self) -> None:
        self.problem.setText("")
        self.primary.setEnabled(bool(self._choices))

    def _accept(self) -> None:
        problem = self._problem()
        self.problem.setText(problem)
        if not problem:
            self.accept()


def _whole(text: str) -> int:
    """A whole number; 0 where nothing is typed, -1 for anything else."""
    text = text.strip()
    if not text:
        return 0
    return int(text) if text.isdecimal() else -1
