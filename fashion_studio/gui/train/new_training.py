"""A new training: recipe, base, data, device; what it would be made of, before anything is done."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from fashion_studio.domain.errors import StudioError
from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.base import Card, Label, Surface, clear_layout, column, row
from fashion_studio.gui.components.choices import Segment
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.inputs import Field
from fashion_studio.gui.train.data_cards import ClassCard, LabelsCard
from fashion_studio.gui.train.picker import Picker
from fashion_studio.gui.train.run_freezing import RunFreezing
from fashion_studio.gui.train.run_page import class_counts, label_shares
from fashion_studio.gui.train.texture_choice import TextureChoice

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.domain.queries import ItemFilter
    from fashion_studio.gui.components.buttons import Button
    from fashion_studio.gui.session import Session
    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.learning.run_data import DataCounts
    from fashion_studio.learning.run_folder import TrainingChoice
    from fashion_studio.services.model_list import Model
    from fashion_studio.services.project import Project
    from fashion_studio.services.project_training import TrainingData
    from fashion_studio.services.recipe_list import RecipeChoice
    from fashion_studio.services.run_list import RunEntry
    from fashion_studio.services.training import TrainingPreview

__all__ = ["NewTraining"]

_DEVICES: Final = (("auto", "Automatic"), ("cuda", "CUDA"), ("mps", "Apple MPS"), ("cpu", "CPU"))
_AFTER_MS: Final = 200


@dataclass(frozen=True, slots=True)
class _Source:
    """Where photos come from: a filter of the project, or the frozen list of an earlier run."""

    title: str
    question: ItemFilter | None = None
    with_edited: bool = False
    run_dir: Path | None = None


def _project_sources(session: Session, project: Project) -> list[_Source]:
    """Photos that edits made come only where a line says so."""
    edits, shown = project.derived_count, session.listing.size
    sources = [_Source(f"All photos of the project ({project.count - edits:,})")]
    if edits:
        sources.append(_Source(f"All photos, edited ones too ({project.count:,})", with_edited=True))
    if shown != project.count:
        sources.append(_Source(f"The photos of the filter ({shown:,})", session.filter))
        if edits:
            sources.append(
                _Source("The photos of the filter, edited ones too", session.filter, with_edited=True)
            )
    return sources


def _with_typed_epochs(recipe: MethodRecipe, text: str) -> MethodRecipe:
    from fashion_studio.domain.errors import UserError  # noqa: PLC0415 - beside its only use
    from fashion_studio.learning.run_folder import with_epochs  # noqa: PLC0415 - not at start

    if not text:
        return recipe
    if not text.isdecimal() or not 0 < int(text) <= 10_000:
        msg = "Epochs: a whole number, or nothing."
        raise UserError(msg)
    return with_epochs(recipe, int(text))


def _missing(data: TrainingData, preview: TrainingPreview, recipe: MethodRecipe) -> str:
    from fashion_studio.learning.run_folder import MIN_TRAIN, MIN_VAL  # noqa: PLC0415 - not at start

    photos = preview.counts.photos
    if recipe.renders:
        return ""
    if not data.photos:
        return "No photo has a label of a person yet. Label some in Annotate, or accept proposals there."
    if photos["train"] < MIN_TRAIN or photos["val"] < MIN_VAL:
        return f"It takes at least {MIN_TRAIN} photos to train on and {MIN_VAL} to validate. Label more."
    return preview.problem


class NewTraining(QWidget):
    """The form and, below it, what the training would be made of.

    `prepared` carries the new run's folder, frozen and not started; `left` asks for the way back.
    """

    prepared = Signal(object)
    ready_changed = Signal()

    def __init__(self, session: Session, start: Button, back: Button, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._start = start
        self._recipes: list[RecipeChoice] = []
        self._models: list[Model] = []
        self._sources: list[_Source] = []
        self._data: tuple[_Source, TrainingData] | None = None
        self._preview: TrainingPreview | None = None
        self._problem = ""
        self.freezing = RunFreezing(session, self)
        self.recipe, self.variant = Picker("Recipe"), Picker("Variant")
        self.base, self.source = Picker("Start from"), Picker("Data")
        self.textures = TextureChoice()
        self.device = Segment([title for _, title in _DEVICES])
        self.name, self.epochs = Field("", "own-1"), Field("")
        self.name.line.setAccessibleName("Name of the model")
        self.epochs.line.setAccessibleName("Epochs")
        for field, wide in ((self.name, 200), (self.epochs, 88)):
            field.setFixedWidth(wide)
        self.summary = Label("", "body", 600, wrap=True)
        self.hint = Label("", "small", role="text2", wrap=True)
        self.freezing.done.connect(self.prepared)
        self.freezing.changed.connect(self._show_ready)
        self.classes, self.labels = ClassCard(), LabelsCard()
        self._warnings = column(gap=6)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_AFTER_MS)
        self._later.timeout.connect(self._look)
        self._build(back)
        for picker in (self.recipe, self.variant, self.base, self.source):
            picker.picked.connect(lambda _at, by=picker: self._on_picked(by))
        self.textures.changed.connect(self._look)
        self.epochs.edited.connect(lambda _text: self._later.start())
        self.name.edited.connect(lambda _text: self._show_ready())
        self._show_ready()

    def _build(self, back: Button) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        self._variant_label = Label("Variant", "small", role="text2")
        self._base_label = Label("Start from", "small", role="text2")
        lines: tuple[tuple[Label, QWidget, str], ...] = (
            (Label("Recipe", "small", role="text2"), self.recipe, ""),
            (self._variant_label, self.variant, ""),
            (self._base_label, self.base, ""),
            (Label("Data", "small", role="text2"), self.source, "Only what people said, never proposals."),
            (Label("Textures", "small", role="text2"), self.textures, ""),
            (Label("Device", "small", role="text2"), self.device, ""),
            (Label("Epochs", "small", role="text2"), self.epochs, "Empty: as in the recipe."),
            (Label("Model's name", "small", role="text2"), self.name, "Written beside its predictions."),
        )
        for number, (label, control, tip) in enumerate(lines):
            form.addWidget(label, number, 0)
            line = row(control, Label(tip, "caption", role="text3"), None, gap=12)
            form.addLayout(line, number, 1)
        form.setColumnStretch(1, 1)
        card = Card()
        card.setLayout(column(form, gap=0, margins=(16, 14, 16, 14)))
        before = Card()
        before.setLayout(
            column(
                self.summary, self.hint, self.freezing.bar, self._warnings, gap=6, margins=(16, 12, 16, 12)
            )
        )
        body = QWidget()
        body.setLayout(
            column(card, before, self.classes, self.labels, None, gap=16, margins=(20, 16, 20, 16))
        )
        head = Surface("window", "b")
        title = Label("New training", "title", 600)
        head.setLayout(row(title, None, back, self._start, gap=8, margins=(20, 14, 20, 14)))
        inner = column(head, PaneScroll(body), gap=0)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        for card_below in (self.classes, self.labels):
            card_below.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            card_below.hide()

    # ------------------------------------------------------------ what there is to choose

    def open(self, runs: list[RunEntry], in_use: Path | None) -> None:
        """Looks up recipes, models and data, in a thread, and shows the form."""
        session, project = self._session, self._session.project
        if project is None:
            return
        self._data = None
        self._say("Looking at recipes, models and labels …")

        def find() -> tuple[list[RecipeChoice], list[Model]]:
            from fashion_studio.services.model_list import list_models  # noqa: PLC0415 - not at start
            from fashion_studio.services.recipe_list import (  # noqa: PLC0415 - not at start
                list_recipes,
                why_not,
            )

            recipes = [each for each in list_recipes() if not why_not(each.recipe(), project.vocabulary)]
            return recipes, list_models(project)

        def found(choices: tuple[list[RecipeChoice], list[Model]]) -> None:
            self._recipes, self._models = choices
            self.recipe.set_entries([recipe.title for recipe in self._recipes])
            used = [place for place, model in enumerate(self._models) if model.folder == in_use]
            self.base.set_entries([model.model_id for model in self._models], used[0] if used else 0)
            self._name_model(runs)
            self._show_variants()
            self._look()

        sources = _project_sources(session, project)
        frozen = [entry for entry in runs if sum(entry.parameters.get("photos", {}).values())]
        sources += [_Source(f"Exactly those of “{e.title}”", run_dir=e.run_dir) for e in frozen[:12]]
        self._sources = sources
        self.source.set_entries([source.title for source in sources])
        session.bridge.submit(find, found, self._refused, lane="train.new")

    def _name_model(self, runs: list[RunEntry]) -> None:
        taken = {entry.model_id for entry in runs}
        number = 1
        while f"own-{number}" in taken:
            number += 1
        self.name.line.setText(f"own-{number}")

    @property
    def chosen(self) -> RecipeChoice | None:
        """The recipe as a file."""
        place = self.recipe.index
        return self._recipes[place] if 0 <= place < len(self._recipes) else None

    def _on_picked(self, by: Picker) -> None:
        if by is self.recipe:
            self._show_variants()
        if by is not self.base:
            self._look()

    def _show_variants(self) -> None:
        chosen = self.chosen
        variants = list(chosen.variants) if chosen is not None else []
        self.variant.set_entries(["As published", *variants] if variants else [], 0)
        recipe = chosen.recipe() if chosen is not None else None
        for part in (self.variant, self._variant_label):
            part.setVisible(bool(variants))
        for part in (self.base, self._base_label):
            part.setVisible(recipe is not None and recipe.base is not None)
        guided = recipe is not None and recipe.gan is not None
        self._base_label.setText("Guided by" if guided else "Start from")
        self.epochs.line.setPlaceholderText(str(recipe.epochs) if recipe is not None else "")

    def recipe_as_chosen(self) -> MethodRecipe:
        """The recipe with its variant, the number of epochs and the textures.

        Raises:
            UserError: no recipe, or the number of epochs cannot be used.
        """
        from fashion_studio.domain.errors import UserError  # noqa: PLC0415 - beside its only use

        chosen = self.chosen
        if chosen is None:
            msg = "No recipe fits this project's vocabulary."
            raise UserError(msg)
        place = self.variant.index
        recipe = chosen.recipe(chosen.variants[place - 1] if chosen.variants and place > 0 else "")
        return self.textures.applied(_with_typed_epochs(recipe, self.epochs.text.strip()))

    # ------------------------------------------------------------ looking at the data

    def _look(self) -> None:
        project, place = self._session.project, self.source.index
        if project is None or not 0 <= place < len(self._sources):
            return
        source, known = self._sources[place], self._data
        try:
            recipe = self.recipe_as_chosen()
        except StudioError as error:
            self.epochs.set_error(str(error) if str(error).startswith("Epochs") else "")
            self._refused(error)
            return
        self.epochs.set_error("")

        def look() -> tuple[TrainingData, TrainingPreview]:
            from fashion_studio.domain.vocabulary import Vocabulary  # noqa: PLC0415 - beside its only use
            from fashion_studio.services.project_training import (  # noqa: PLC0415 - not at start
                frozen_data,
                training_data,
            )
            from fashion_studio.services.training import preview_photos  # noqa: PLC0415 - not at start

            if known is not None and known[0] == source:
                data = known[1]
            elif source.run_dir is not None:
                data = frozen_data(source.run_dir)
            else:
                data = training_data(project, source.question, include_derived=source.with_edited)
            vocabulary = Vocabulary.from_mapping(data.header.vocabulary)
            return data, preview_photos(data.photos, vocabulary, recipe)

        def seen(found: tuple[TrainingData, TrainingPreview]) -> None:
            self._data = (source, found[0])
            self._show_preview(*found, recipe)

        self._say("Counting labels …")
        self._session.bridge.submit(look, seen, self._refused, lane="train.preview")

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        self._preview, self._problem = None, str(error)
        self.classes.hide()
        self.labels.hide()
        self._say("This cannot be trained yet", str(error))
        self._show_ready()

    def _say(self, summary: str, hint: str = "") -> None:
        self.summary.setText(summary)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        clear_layout(self._warnings)

    def _show_preview(self, data: TrainingData, preview: TrainingPreview, recipe: MethodRecipe) -> None:
        vocabulary = self._session.vocabulary
        if vocabulary is None:
            return
        counts, photos = preview.counts, preview.counts.photos
        self._preview = preview
        self._problem = self.textures.problem or _missing(data, preview, recipe)
        self._say(
            f"{photos['train']:,} photos to train on, {photos['val']:,} to validate, "
            f"{photos['test']:,} to test",
            self._problem or _what_it_takes(recipe, preview, self.textures) + _left_out(data),
        )
        for sentence in preview.warnings if not self._problem and not recipe.renders else ():
            self._warnings.addWidget(_warning(sentence))
        table = _table(counts)
        title, classes = class_counts(table, vocabulary)
        self.classes.show_counts(classes, title)
        self.classes.setVisible(bool(photos["train"]) and bool(classes))
        shares = label_shares(table, vocabulary, photos["train"])
        self.labels.show_shares(shares)
        self.labels.setVisible(bool(photos["train"]) and bool(shares))
        self._show_ready()

    # ------------------------------------------------------------ preparing

    @property
    def ready(self) -> bool:
        """Whether a run can be made as it is chosen now."""
        return (
            self._preview is not None
            and not self._problem
            and bool(self.name.text.strip())
            and not self.freezing.busy
        )

    def _show_ready(self) -> None:
        self.ready_changed.emit()

    def choice(self) -> TrainingChoice:
        """What is chosen.

        Raises:
            UserError: the number of epochs cannot be used.
        """
        from fashion_studio.learning.run_folder import TrainingChoice  # noqa: PLC0415 - not at start

        recipe = self.recipe_as_chosen()
        place = self.base.index
        base = self._models[place].folder if recipe.base is not None and place >= 0 else None
        return TrainingChoice(
            recipe,
            model_id=self.name.text.strip(),
            device=_DEVICES[self.device.index][0],
            base=base,
            adain=self.textures.adain,
            styles=self.textures.styles,
            threads=max(1, (os.cpu_count() or 2) - 1),  # one core stays with the window and the engine
        )

    def prepare(self) -> None:
        """Freezes the run in a thread; says how far it is and can be cancelled in the list of jobs."""
        project, known = self._session.project, self._data
        if project is None or known is None or not self.ready:
            return
        try:
            choice = self.choice()
        except StudioError as error:
            self._session.report(error)
            return
        title = f"{choice.model_id}, {choice.recipe.title}"
        self.freezing.begin(project, known[1], choice, title)
        self._show_ready()


def _what_it_takes(recipe: MethodRecipe, preview: TrainingPreview, textures: TextureChoice) -> str:
    return (
        f"{_rendered(recipe)}{preview.epochs} epochs of {preview.steps_per_epoch:,} steps. "
        f"How long an epoch takes is measured in its first steps.{textures.cost(recipe, preview)}"
    )


def _table(counts: DataCounts) -> dict[str, dict[str, tuple[int, int, int]]]:
    return {
        name: {value: (n[0], n[1], n[2]) for value, n in values.items()}
        for name, values in counts.values.items()
    }


def _rendered(recipe: MethodRecipe) -> str:
    count = 0 if recipe.gan is None else recipe.gan.renderings.count
    return f"{count:,} rendered garments besides, each in several values. " if count else ""


def _left_out(data: TrainingData) -> str:
    parts = [
        (data.unlabelled, "without a person's label"),
        (data.rejected, "rejected"),
        (data.missing, "whose file is missing"),
        (data.derived, "made by edits"),
    ]
    words = [f"{count:,} {what}" for count, what in parts if count]
    return f" Left out: {', '.join(words)}." if words else ""


def _warning(sentence: str) -> QWidget:
    widget = QWidget()
    text = Label(sentence, "small", role="text2", wrap=True)
    line = row(IconMark("triangle-alert", "disagree", 14), text, gap=8)
    line.setStretch(1, 1)
    widget.setLayout(line)
    return widget
