"""Keeps the edit room on the session's photo, its stack, and what the engine makes of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.gui.annotate.photo_flow import PhotoFlow
from fashion_studio.gui.canvas.surface import ShownLayers
from fashion_studio.gui.edit.live_mask import LiveMask
from fashion_studio.gui.edit.stack_list import Layer
from fashion_studio.gui.edit.wording import (
    count_title,
    glyph_of,
    region_title,
    rgb_of,
    step_title,
)
from fashion_studio.gui.theme.metrics import DURATION_MS
from fashion_studio.services.editing.misplaced import misplaced_edits

if TYPE_CHECKING:
    from fashion_studio.domain.edits import EditStep
    from fashion_studio.domain.queries import Item
    from fashion_studio.gui.edit.compare_stage import CompareStage
    from fashion_studio.gui.edit.edit_desk import EditDesk, Shown
    from fashion_studio.gui.edit.grid_director import GridDirector
    from fashion_studio.gui.edit.result_director import ResultDirector
    from fashion_studio.gui.edit.side_panels import StackPanel
    from fashion_studio.gui.edit.stack_keeper import StackKeeper
    from fashion_studio.gui.session import Session

__all__ = ["EditPresenter"]

_UNSURE_FROM: Final = 0.5


class EditPresenter(QObject):
    """Shows the photo, its stack and the answers. It asks; `StackKeeper` changes.

    Signals:
        enabled_changed: what can be done now is something else.
    """

    enabled_changed = Signal()

    def __init__(  # noqa: PLR0917 - it stands between all of them
        self,
        session: Session,
        keeper: StackKeeper,
        desk: EditDesk,
        left: StackPanel,
        stage: CompareStage,
        grid: GridDirector,
        result: ResultDirector,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.keeper, self.desk = session, keeper, desk
        self.left, self.stage, self.grid, self.result = left, stage, grid, result
        self.flow = PhotoFlow(session, stage.canvas, self)
        self.live: LiveMask | None = None
        self.last: Shown | None = None
        self._active = False
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(DURATION_MS["show_progress_after"])
        self._slow.timeout.connect(self._say_opening)
        session.current_changed.connect(lambda _item_id: self.look())
        keeper.photo_changed.connect(self._on_photo)
        keeper.stack_changed.connect(self._on_stack)
        keeper.current_changed.connect(self._on_step)
        desk.facts_changed.connect(self._on_facts)
        desk.shown.connect(self._on_shown)
        desk.refused.connect(self._on_refused)
        desk.waiting_changed.connect(lambda: stage.show_waiting(waiting=desk.is_waiting))
        self.flow.arrived.connect(self._on_pixels)
        self.flow.failed.connect(self._on_pixels_failed)
        stage.canvas.zoom_changed.connect(lambda _zoom: self._on_zoom())

    # --- which photo

    def open_project(self) -> None:
        """Another project, or none."""
        self.keeper.show(None)
        self.flow.open_project()
        self.stage.strip.open_project(self.session.project)
        self.look()

    def close(self) -> None:
        """Nothing more is asked or shown; what is unsaved is kept."""
        self.set_active(active=False)
        self.keeper.flush()
        self._slow.stop()
        self.flow.close()
        self.stage.strip.close_pictures()

    def set_active(self, *, active: bool) -> None:
        """Whether the room is on the screen; it follows the session's photo only then."""
        self._active = active
        if active:
            if self.desk.facts is None:
                self.desk.ask_facts()
            self.look()
        else:
            self.keeper.flush()
            self.desk.forget()
            self.grid.forget()

    def look(self) -> None:
        """Shows the session's photo, if it is not shown yet."""
        project, wanted = self.session.project, self.session.current
        if not self._active:
            return
        item = project.item(wanted) if project is not None and wanted >= 0 else None
        shown = self.keeper.item
        if (item is None) != (shown is None) or (item and shown and item.row.id != shown.row.id):
            self.desk.forget()
            self.keeper.show(item)
        else:
            self._on_stack()

    @property
    def item(self) -> Item | None:
        """The photo."""
        return self.keeper.item

    @property
    def can_edit(self) -> bool:
        """Whether there is a photo on the screen and something that edits it."""
        return self.desk.facts is not None and self.stage.canvas.photo is not None

    def _on_photo(self) -> None:
        item = self.keeper.item
        self.live, self.last = None, None
        self._slow.stop()
        self.stage.canvas.show_photo(None)
        self.result.clear("")
        self.grid.clear()
        self.stage.warn("")
        self.left.say_share(None)
        if item is None:
            self.stage.show_name("")
            self.flow.show(None, -1)
            self.stage.say("image", "No photo to edit", "Open a folder of photos, or widen the filter.")
        elif item.row.missing or item.row.failure is not None:
            self.stage.show_name(item.row.name)
            reason = "The file is not where it was." if item.row.missing else f"{item.row.failure}."
            self.stage.say("image-off", "This photo cannot be shown", reason[:1].upper() + reason[1:])
        else:
            self.stage.show_name(item.row.name)
            self.stage.say("", "", "")
            self.flow.show(item.row, self.session.position(item.row.id))
            self._on_pixels(item.row.id)
            if self.stage.canvas.photo is None:
                self._slow.start()
        self._on_stack()

    def _say_opening(self) -> None:
        self.stage.say("image", "Opening the photo", "Large files take a moment.")

    def _on_pixels(self, item_id: int) -> None:
        item = self.keeper.item
        photo = self.flow.photo(item_id)
        if item is None or photo is None or item.row.id != item_id:
            return
        self._slow.stop()
        self.stage.say("", "", "")
        canvas = self.stage.canvas
        if canvas.photo is not None:
            canvas.refine_photo(photo)
            return
        canvas.show_photo(photo)
        self.live = LiveMask(photo)
        self._on_stack()

    def _on_pixels_failed(self, item_id: int, reason: str) -> None:
        if self.item is not None and self.item.row.id == item_id:
            self._slow.stop()
            self.stage.say("image-off", "This photo cannot be shown", f"{reason[:1].upper()}{reason[1:]}.")

    # --- its stack

    def _on_stack(self) -> None:
        """Another stack: seen at once, computed soon."""
        self.show_stack()
        self.ask()
        self.want_grid()
        self.enabled_changed.emit()

    def _on_step(self) -> None:
        """Another step is open."""
        self.grid.follow_step()
        self.show_stack()
        if self._idle() is not None:
            self.ask()
        self.want_grid()
        self.enabled_changed.emit()

    def ask(self) -> None:
        """The picture of the stack as it is now."""
        item, stack = self.keeper.item, self.keeper.stack
        canvas = self.stage.canvas
        if item is None or canvas.photo is None or self.desk.facts is None or not self._active:
            return
        idle = self._idle()
        if not stack.active:
            if idle is None:
                self.desk.forget()
                self.last = None
                self.grid.forget()
            canvas.show_result(None)
            self.left.say_share(None)
            self.stage.warn(self.keeper.problem)
            every = "Every edit is switched off or has no strength."
            self.result.clear(every if stack.steps else "Choose a color, a sleeve or a pattern.")
            if idle is None:
                return
        elif not self.stage.strip.verdicts:
            self.stage.strip.show_verdicts((), "The reader looks at the result.")
        size = (item.row.width_px, item.row.height_px)
        self.desk.show(item, stack, canvas.fit_size(size), canvas.zoom, outlined=idle)

    def _idle(self) -> int | None:
        """Place of the open step where it does nothing as it is: its region is wanted all the same."""
        step = self.keeper.step
        return self.keeper.current if step is not None and step not in self.keeper.stack.active else None

    def _on_zoom(self) -> None:
        shown = self.last
        canvas = self.stage.canvas
        if shown is None or canvas.frame.fitted:
            return
        wanted = min(canvas.zoom, 1.0) * canvas.photo_px()[0]
        if wanted > 1.25 * shown.picture.levels[0].width_px:
            self.ask()

    def show_stack(self) -> None:
        """Layers, region, threshold and outline as they are now."""
        stack, current, step = self.keeper.stack, self.keeper.current, self.keeper.step
        row = self.item.row if self.item is not None else None
        original = "No photo"
        if row is not None:
            what = "Edited photo" if row.is_derived else "Original"
            original = f"{what}, {row.width_px} × {row.height_px}"
        layers = [self._layer(place, each) for place, each in enumerate(stack.steps)]
        self.left.stack.show_stack(layers, current, original)
        self.left.fit_stack()
        kind = step.region.kind if step is not None else self.keeper.next_region
        self.left.regions.show_region(kind, self.stage.canvas.tool)
        self.left.masking.show_threshold(step.threshold if step is not None else None)
        self.stage.count.setText(count_title(stack))
        self.grid.show_current()
        self.show_outline()

    def _layer(self, place: int, step: EditStep) -> Layer:
        vocabulary = self.session.vocabulary
        about = region_title(step.region)
        if place == self.keeper.current:
            about = f"{about} · mask {step.threshold:.2f}"
        problem = self._problem(place)
        rgb = rgb_of(vocabulary, step.attribute, step.value)
        return Layer(
            step_title(vocabulary, step),
            "Changes nothing here" if problem else about,
            rgb,
            glyph_of(step.attribute, step.value),
            step.enabled,
            step.strength,
            problem,
        )

    def _problem(self, place: int) -> str:
        """Why a step changes nothing, while the answer is of this very step."""
        if self.last is None:
            return ""
        steps, done = self.keeper.stack.steps, self.last.preview.stack.steps
        if place < len(done) and steps[place] == done[place]:
            return self.last.preview.problems.get(place, "")
        return ""

    def show_outline(self) -> None:
        """The open step's mask at its threshold, as it is this moment."""
        canvas, live, step = self.stage.canvas, self.live, self.keeper.step
        on = self.left.masking.outline.isChecked() and step is not None
        canvas.set_shown(ShownLayers(heat=canvas.shown.heat, mask=on))
        if live is None or step is None or not on:
            canvas.set_mask_outline(None)
            return
        masks = self.last.preview.step_masks if self.last is not None else {}
        live.set_base(masks.get(self.keeper.current))
        live.set_painted(step.region.painted, step.region.erased)
        canvas.set_mask_outline(live.outline(step.threshold))

    # --- answers

    def _on_shown(self, shown: Shown) -> None:
        if self.item is None:
            return
        self.last = shown
        if not self.keeper.stack.active:  # it was asked for the outline's sake
            self.show_stack()
            return
        self.stage.canvas.show_result(shown.picture)
        self.show_stack()
        preview = shown.preview
        self.left.say_share(preview.changed_share)
        self._say_doubt(shown)
        self.enabled_changed.emit()

    def _say_doubt(self, shown: Shown) -> None:
        preview = shown.preview
        problems = list(dict.fromkeys(preview.problems.values()))
        kind = (self.item.row.category if self.item is not None else None) or preview.category
        idle = len(preview.problems) >= len(preview.stack.active) and bool(problems)
        if idle:
            self.stage.warn(f"Nothing was changed: {problems[0]}")
        elif odd := misplaced_edits(self.session.vocabulary, preview.stack, kind):
            self.stage.warn("The result may be off.", next(iter(odd.values())))
        elif preview.doubt.reasons and preview.doubt.score >= _UNSURE_FROM:
            self.stage.warn("The result may be off.", preview.doubt.reasons[0])
        else:
            self.stage.warn(self.keeper.problem or preview.note)

    def _on_facts(self) -> None:
        self.grid.show_facts()
        self._on_stack()

    def want_grid(self) -> None:
        """Every value of the attribute at hand on this photo."""
        may = self._active and self.live is not None
        self.grid.want(self.keeper.item if may else None)

    def _on_refused(self, sentence: str) -> None:
        self.stage.warn(sentence)
