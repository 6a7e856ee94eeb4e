"""What the reading model says of the result, where it looks, and which photos are like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from fashion_studio.domain.errors import StudioError
from fashion_studio.gui.annotate.heat_choice import model_heads, value_source
from fashion_studio.gui.canvas.surface import ShownLayers
from fashion_studio.gui.edit.verdicts import verdicts_of

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.domain.edits import EditStack
    from fashion_studio.domain.predictions import Prediction, Reading
    from fashion_studio.gui.edit.compare_stage import CompareStage
    from fashion_studio.gui.edit.edit_desk import EditDesk
    from fashion_studio.gui.edit.stack_keeper import StackKeeper
    from fashion_studio.gui.edit.verdicts import Verdict
    from fashion_studio.gui.session import Session
    from fashion_studio.services.editing.similar_photos import SimilarPhotos
    from fashion_studio.services.project import Project

__all__ = ["ResultDirector"]

_TABLE: Final = "magma"
_SIMILAR: Final = 8
_NOT_READ: Final = "Let the model read all photos first"


class ResultDirector(QObject):
    """The strip below the photo and the heat map over the result."""

    def __init__(
        self,
        session: Session,
        keeper: StackKeeper,
        desk: EditDesk,
        stage: CompareStage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._keeper, self._desk, self._stage = session, keeper, desk, stage
        self._reading: Reading | None = None
        self._stack: EditStack | None = None
        self._cam = ""
        self._similar: tuple[Project, Path, SimilarPhotos] | None = None
        desk.read.connect(self._on_read)
        stage.strip.attribute_picked.connect(self.toggle_cam)
        stage.strip.photo_picked.connect(session.set_current)

    # --- what is said

    def clear(self, note: str) -> None:
        """Nothing was made of the photo yet; the note says what to do."""
        self._session.bridge.forget("edit.similar")
        self._reading = self._stack = None
        self._stage.strip.show_verdicts((), note)
        self._stage.strip.show_similar((), (), "Photos like the result" if note else "")
        self._show_cam()

    def _on_read(self, reading: Reading, stack: EditStack) -> None:
        vocabulary, item = self._session.vocabulary, self._keeper.item
        if vocabulary is None or item is None:
            return
        self._reading, self._stack = reading, stack
        verdicts = verdicts_of(vocabulary, stack, self._before(), reading.prediction)
        self._stage.strip.show_verdicts(verdicts, "")
        self._show_cam()
        self._look_for_similar(reading)

    def _before(self) -> Prediction | None:
        item, engine = self._keeper.item, self._session.engine
        if item is None:
            return None
        cached = engine.cached(item.path) if engine is not None else None
        return cached.prediction if cached is not None else item.prediction

    # --- where the reader looks

    @property
    def cam(self) -> str:
        """Whose class activation lies over the result; "" for none."""
        return self._cam

    def toggle_cam(self, attribute: str = "") -> None:
        """Shows where the reader looks, or takes it away; of the open edit's attribute by default."""
        step = self._keeper.step
        wanted = attribute or (step.attribute if step is not None else "")
        if not wanted and self._stage.strip.verdicts:
            wanted = self._stage.strip.verdicts[0].attribute
        self._cam = "" if wanted == self._cam or (not attribute and self._cam) else wanted
        self._show_cam()

    def _verdict(self) -> Verdict | None:
        return next((each for each in self._stage.strip.verdicts if each.attribute == self._cam), None)

    def _show_cam(self) -> None:
        canvas, item, verdict = self._stage.canvas, self._keeper.item, self._verdict()
        source = None
        if item is not None and verdict is not None and self._stack is not None:
            photo = (item.row.id, self._stack.steps)
            heads = model_heads(self._session)
            source = value_source(photo, self._reading, heads, verdict.attribute, verdict.value, _TABLE)
        canvas.set_shown(ShownLayers(heat=source is not None, mask=canvas.shown.mask))
        canvas.set_heat(source)
        self._stage.strip.show_cam(self._cam if source is not None else "")

    # --- photos like it

    def _look_for_similar(self, reading: Reading) -> None:
        project, item, engine = self._session.project, self._keeper.item, self._session.engine
        features = reading.features
        if project is None or item is None or engine is None or features is None:
            self._stage.strip.show_similar((), (), _NOT_READ)
            return
        item_id, model_dir = item.row.id, engine.model_dir

        def find() -> tuple[SimilarPhotos, list[int], list[str]]:
            from fashion_studio.services.editing.similar_photos import SimilarPhotos  # noqa: PLC0415 - SQL

            known = self._similar
            if known is None or known[:2] != (project, model_dir):
                known = (project, model_dir, SimilarPhotos(project, model_dir))
            ids = [each.item_id for each in known[2].nearest(features, _SIMILAR, without=(item_id,))]
            names = {row.id: row.name for row in project.rows(ids)}
            return known[2], ids, [names[each] for each in ids]

        def found(answer: tuple[SimilarPhotos, list[int], list[str]]) -> None:
            photos, ids, names = answer
            self._similar = (project, model_dir, photos)
            self._stage.strip.show_similar(ids, names, "" if ids else _NOT_READ)

        self._session.bridge.submit(find, found, self._no_similar, lane="edit.similar")

    def _no_similar(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        self._stage.strip.show_similar((), (), str(error))
