"""More like this: the photos of a project that a model finds most alike, by the features kept of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.features import RECORDS
from fashion_studio.learning.head_files import bundle_heads
from fashion_studio.learning.nearest import NearestFeatures
from fashion_studio.services.teaching import FEATURES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.services.project import Project

__all__ = ["SimilarPhoto", "SimilarPhotos"]

_NOT_READ: Final = "The model has not read this photo yet. Wait for it, or let it read all photos."


@dataclass(frozen=True, slots=True)
class SimilarPhoto:
    """A photo and how alike it is: the cosine of the two photos' features, at most 1."""

    item_id: int
    similarity: float


class SimilarPhotos:
    """Finds them in one project, by one model. Keep it: its first answer of many photos takes longer."""

    def __init__(self, project: Project, model_dir: Path) -> None:
        """Reads nothing of the photos yet; for a thread.

        Raises:
            CheckpointError: the model has no linear heads.
        """
        self._project = project
        heads = bundle_heads(model_dir)
        width = next(iter(heads.heads.values())).weight.shape[1]
        self._nearest = NearestFeatures(project.folder / FEATURES / heads.key / RECORDS, width)

    def nearest(
        self,
        features: NDArray[Any],
        count: int = 12,
        *,
        without: Collection[int] = (),
        include_derived: bool = False,
    ) -> list[SimilarPhoto]:
        """The photos most like a picture, the most alike first.

        Only photos that the model has read can be found.

        Args:
            features: (width,) of the picture, as `Reading.features` has them.
            count: how many at most.
            without: photos that are left out, such as the one that was edited.
            include_derived: whether photos that edits made are found, too.

        Raises:
            ValueError: features of another model.
        """
        asked = count + len(without)
        while True:
            try:
                hashes, similarities = self._nearest.nearest(features, asked)
            except FileNotFoundError:  # nothing was read yet
                return []
            ids = self._shown(hashes, without, include_derived=include_derived)
            found = [
                SimilarPhoto(ids[digest], round(float(similarity), 6))
                for digest, similarity in zip(hashes, similarities, strict=True)
                if digest in ids
            ]
            if len(found) >= count or len(hashes) < asked:
                return found[:count]
            asked *= 4

    def nearest_to(
        self, item_id: int, count: int = 12, *, include_derived: bool = False
    ) -> list[SimilarPhoto]:
        """The photos most like a photo of the project, itself left out.

        Raises:
            UserError: the model has not read it yet, or it is not in the project.
        """
        digest = self._project.item(item_id).content_hash
        try:
            features = self._nearest.features_of(digest)
        except FileNotFoundError:
            features = None
        if features is None:
            raise UserError(_NOT_READ)
        return self.nearest(features, count, without=(int(item_id),), include_derived=include_derived)

    def _shown(
        self, hashes: Sequence[str], without: Collection[int], *, include_derived: bool
    ) -> dict[str, int]:
        """Which of these contents are photos that may be found."""
        ids = self._project.ids_of_contents(hashes)
        derived = {row.id for row in self._project.rows(list(ids.values())) if row.is_derived}
        left_out = set(without) if include_derived else derived.union(without)
        return {digest: item_id for digest, item_id in ids.items() if item_id not in left_out}
