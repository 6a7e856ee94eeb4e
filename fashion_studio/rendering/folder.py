"""Writes renderings with their truth into a folder, and reads the truth back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.domain.labels import Landmark, Visibility
from fashion_studio.rendering.render import render_seed
from fashion_studio.rendering.spec import RENDERER_VERSION, Rendering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = [
    "PictureForm",
    "Truth",
    "read_truth",
    "truth_line",
    "truth_of",
    "write_folder",
    "write_picture",
]

_JPEG_QUALITY = 92


@dataclass(frozen=True, slots=True)
class Truth:
    """One line of `truth.jsonl`.

    Attributes:
        file: name of the picture in the folder.
        mask: path of the mask in the folder, None where masks were not written.
        box: left, top, width, height of the visible garment in pixels; None if nothing of it shows.
    """

    file: str
    seed: int
    width_px: int
    height_px: int
    category: str
    attributes: dict[str, str]
    colors: tuple[str, ...]
    landmarks: tuple[Landmark, ...]
    box: tuple[float, float, float, float] | None
    mask: str | None = None


@dataclass(frozen=True, slots=True)
class PictureForm:
    """What is written per picture.

    Attributes:
        suffix: ".jpg" (quality 92) or ".png".
        masks: whether to write `masks/NNNNN.png` too, 8-bit grey.
    """

    width_px: int = 384
    height_px: int = 512
    suffix: str = ".jpg"
    masks: bool = False


def truth_of(rendering: Rendering, file: str, seed: int, mask: str | None = None) -> Truth:
    """The truth about a rendering, without its pixels."""
    height, width = rendering.mask.shape
    rows, columns = (np.flatnonzero((rendering.mask > 0.5).any(axis=axis)) for axis in (1, 0))
    box = None
    if len(rows) and len(columns):
        left, top = float(columns[0]), float(rows[0])
        box = (left, top, float(columns[-1]) + 1 - left, float(rows[-1]) + 1 - top)
    return Truth(
        file,
        seed,
        width,
        height,
        rendering.category,
        dict(rendering.attributes),
        rendering.colors,
        rendering.landmarks,
        box,
        mask,
    )


def _plain(truth: Truth) -> dict[str, Any]:
    plain = asdict(truth)
    plain["landmarks"] = [
        {"name": p.name, "x": round(p.x, 2), "y": round(p.y, 2), "visibility": int(p.visibility)}
        for p in truth.landmarks
    ]
    plain["renderer_version"] = RENDERER_VERSION
    return plain


def _encode(path: Path, image: np.ndarray, options: list[int]) -> None:
    done, data = cv2.imencode(path.suffix, image, options)
    if not done:
        msg = f"{path.name} could not be encoded."
        raise EnvironmentProblem(msg, remedy="Reinstall opencv-python-headless.")
    path.write_bytes(data.tobytes())


def truth_line(truth: Truth) -> str:
    """One line of `truth.jsonl`, with its end."""
    return json.dumps(_plain(truth)) + "\n"


def write_picture(path: Path, rgb: np.ndarray) -> None:
    """Writes an 8-bit RGB picture (height, width, 3) as the suffix says: JPEG of quality 92, or PNG.

    Raises:
        OSError: the disk does not take it.
        EnvironmentProblem: it cannot be encoded.
    """
    quality = [] if path.suffix == ".png" else [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _encode(path, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), quality)


def write_folder(
    out: Path,
    count: int,
    seed: int = 0,
    *,
    category: str | None = None,
    form: PictureForm | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> int:
    """Renders pictures `00000.jpg`, `00001.jpg`, … of the seeds `seed`, `seed + 1`, … and `truth.jsonl`.

    Args:
        out: folder; made where it is missing.
        count: how many pictures.
        seed: the first picture's.
        category: only garments of this category, None for all.
        form: size and file format; 384 x 512 JPEG without masks by default.
        on_progress: called with (done, count) after every picture.
        should_stop: asked before every picture; what is done so far is kept.

    Returns:
        How many pictures were written.

    Raises:
        UserError: the count or suffix makes no sense, or the folder cannot be written.
    """
    form = form or PictureForm()
    if count < 1 or form.suffix not in {".jpg", ".png"}:
        msg = "Ask for at least one picture, as .jpg or .png."
        raise UserError(msg)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if form.masks:
            (out / "masks").mkdir(exist_ok=True)
        return _write(out, range(seed, seed + count), category, form, on_progress, should_stop)
    except OSError as error:
        msg = f"The folder {out} cannot be written: {error.strerror}."
        raise UserError(msg) from error


def _write(
    out: Path,
    seeds: range,
    category: str | None,
    form: PictureForm,
    on_progress: Callable[[int, int], None] | None,
    should_stop: Callable[[], bool] | None,
) -> int:
    done = 0
    with (out / "truth.jsonl").open("w", encoding="utf-8") as lines:
        for seed in seeds:
            if should_stop is not None and should_stop():
                break
            rendering = render_seed(seed, category=category, width_px=form.width_px, height_px=form.height_px)
            stem = f"{done:05d}"
            write_picture(out / f"{stem}{form.suffix}", rendering.image)
            mask = f"masks/{stem}.png" if form.masks else None
            if mask is not None:
                _encode(out / mask, np.round(rendering.mask * 255).astype(np.uint8), [])
            lines.write(truth_line(truth_of(rendering, f"{stem}{form.suffix}", seed, mask)))
            done += 1
            if on_progress is not None:
                on_progress(done, len(seeds))
    return done


def read_truth(folder: Path) -> Iterator[Truth]:
    """The truth of every picture of a folder written by `write_folder`, in order.

    Raises:
        UserError: there is no readable `truth.jsonl`.
    """
    try:
        text = (folder / "truth.jsonl").read_text(encoding="utf-8")
    except OSError as error:
        msg = f"{folder} holds no truth.jsonl; choose a folder written by the renderer."
        raise UserError(msg) from error
    for line in text.splitlines():
        plain = json.loads(line)
        points = tuple(
            Landmark(p["name"], p["x"], p["y"], Visibility(p["visibility"])) for p in plain["landmarks"]
        )
        yield Truth(
            plain["file"],
            plain["seed"],
            plain["width_px"],
            plain["height_px"],
            plain["category"],
            plain["attributes"],
            tuple(plain["colors"]),
            points,
            tuple(plain["box"]) if plain["box"] else None,
            plain["mask"],
        )
