"""Masks: the network's coarse one refined to the photo's edges, its box, and fine matting through rembg."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from PIL import Image

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.domain.geometry import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "CUSTOM_MODEL",
    "MATTED_SIDE_PX",
    "RembgMatting",
    "guided_filter",
    "mask_box",
    "matting_named",
    "refine_mask",
    "without_background",
]

WORKING_SIDE_PX: Final = 1024
CUSTOM_MODEL: Final = "u2net_custom"
"""The session of rembg's that runs any ONNX file of U²-Net's shape."""

MATTED_SIDE_PX: Final = 512
"""Long side, at most, of a photo whose background is taken away for a network, in training and after it."""

_FILE: Final = "file:"
_RADIUS_SHARE: Final = 0.015
_EPSILON: Final = 1e-4
_INSIDE: Final = 0.5
_PART_SHARE: Final = 0.1  # the second shoe counts, a speck does not


def guided_filter(
    guide: NDArray[np.float32], source: NDArray[np.float32], radius_px: int, epsilon: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Coefficients of the guided filter with a colour guide: the result is sum(a * guide) + b.

    Args:
        guide: (H, W, 3) float32, 0 to 1.
        source: (H, W) float32, what is to follow the guide's edges.
        radius_px: of the square window, side 2 * radius + 1.
        epsilon: regularisation, in squared units of the guide; more blurs more.

    Returns:
        a (H, W, 3) and b (H, W), each already averaged over its windows.

    Source: He, Sun, Tang, "Guided image filtering", ECCV 2010, eq. 13-15 (colour guide; eq. 9-10 for the
    averaging of overlapping windows).
    """
    side = (2 * radius_px + 1, 2 * radius_px + 1)

    def mean(plane: Any) -> Any:
        return cv2.boxFilter(plane, -1, side, borderType=cv2.BORDER_REFLECT)

    red, green, blue = cv2.split(guide)
    m_r, m_g, m_b, p = mean(red), mean(green), mean(blue), mean(source)
    v_r = mean(red * source) - m_r * p
    v_g = mean(green * source) - m_g * p
    v_b = mean(blue * source) - m_b * p
    small = np.float32(epsilon)
    rr = mean(red * red) - m_r * m_r + small
    gg = mean(green * green) - m_g * m_g + small
    bb = mean(blue * blue) - m_b * m_b + small
    rg, rb, gb = mean(red * green) - m_r * m_g, mean(red * blue) - m_r * m_b, mean(green * blue) - m_g * m_b
    # Inverse of the symmetric (Σ + εU) by its cofactors.
    c_rr, c_rg, c_rb = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    c_gg, c_gb, c_bb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    inverse = 1.0 / np.maximum(rr * c_rr + rg * c_rg + rb * c_rb, np.float32(1e-20))
    a_r = (c_rr * v_r + c_rg * v_g + c_rb * v_b) * inverse
    a_g = (c_rg * v_r + c_gg * v_g + c_gb * v_b) * inverse
    a_b = (c_rb * v_r + c_gb * v_g + c_bb * v_b) * inverse
    b = p - a_r * m_r - a_g * m_g - a_b * m_b
    return np.asarray(cv2.merge([mean(a_r), mean(a_g), mean(a_b)])), np.asarray(mean(b))


def refine_mask(
    image: NDArray[np.uint8],
    coarse: NDArray[Any],
    *,
    radius_px: int | None = None,
    epsilon: float = _EPSILON,
    working_side_px: int = WORKING_SIDE_PX,
) -> NDArray[np.float32]:
    """Pulls a coarse mask to the edges of the photo.

    The filter's coefficients are computed on a photo of at most `working_side_px`, stretched, and applied to
    the full one (He, Sun, "Fast guided filter", 2015), so that the edge is as sharp as the photo.

    Args:
        image: (H, W, 3) uint8 sRGB.
        coarse: (h, w) of any size covering the whole image, 0 to 1.
        radius_px: reach in working pixels; by default 1.5 % of the working long side.
        epsilon: see `guided_filter`.
        working_side_px: long side while computing.

    Returns:
        (H, W) float32, 0 to 1.
    """
    height, width = image.shape[:2]
    scale = min(1.0, working_side_px / max(height, width))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    guide = image if scale == 1.0 else cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    source = np.asarray(coarse, dtype=np.float32)
    if source.shape != (small[1], small[0]):
        source = np.asarray(cv2.resize(source, small, interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    radius = max(1, round(_RADIUS_SHARE * max(small))) if radius_px is None else radius_px
    a, b = guided_filter(guide.astype(np.float32) / np.float32(255.0), source, radius, epsilon)
    coefficients = [*cv2.split(a), b]
    if scale != 1.0:
        coefficients = [cv2.resize(c, (width, height), interpolation=cv2.INTER_LINEAR) for c in coefficients]
    refined = np.array(coefficients[3], dtype=np.float32)
    for coefficient, plane in zip(coefficients, cv2.split(image), strict=False):
        refined += coefficient * (plane * np.float32(1.0 / 255.0))
    return np.clip(refined, 0.0, 1.0, out=refined)


def mask_box(mask: NDArray[Any]) -> Box | None:
    """Bounding box of a mask's inside (0.5 and more) in its own pixels, specks left out.

    Every connected part with at least a tenth of the largest part's area counts. The edges of a soft mask
    lie between its pixels, where it crosses 0.5. None if nothing is inside.
    """
    values = np.asarray(mask, dtype=np.float32)
    inside = (values >= _INSIDE).astype(np.uint8)
    _, labels, parts, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    areas = parts[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    if not areas.any():
        return None
    kept = (areas >= _PART_SHARE * areas.max()).astype(np.uint8)[labels]
    values = values * cv2.dilate(kept, np.ones((3, 3), np.uint8))
    (left, right), (top, bottom) = _extent(values.max(axis=0)), _extent(values.max(axis=1))
    return Box.from_corners(left, top, right, bottom)


def without_background(
    image: NDArray[np.uint8], mask: NDArray[Any], fill: tuple[int, int, int]
) -> NDArray[np.uint8]:
    """The garment alone before `fill`, blended at soft edges.

    Args:
        image: (H, W, 3) uint8 RGB.
        mask: (H, W), float 0 to 1, bool, or uint8 0 to 255: how much a pixel belongs to the garment.
        fill: RGB, 0 to 255.
    """
    share = np.asarray(mask, np.float32) / (255.0 if mask.dtype == np.uint8 else 1.0)
    alone = image * share[..., None] + np.asarray(fill, np.float32) * (1.0 - share[..., None])
    return np.asarray(np.rint(alone), dtype=np.uint8)


def _extent(profile: NDArray[np.float32]) -> tuple[float, float]:
    """Where a profile first rises over 0.5 and last falls below it; outside of it is 0."""
    padded = np.concatenate([[0.0], profile, [0.0]])
    over = np.flatnonzero(padded >= _INSIDE)

    def crossing(inner: int, outer: int) -> float:
        return float((padded[inner] - _INSIDE) / (padded[inner] - padded[outer]))

    first, last = int(over[0]), int(over[-1])
    start = first - 0.5 - crossing(first, first - 1)
    end = last - 0.5 + crossing(last, last + 1)
    return float(max(start, 0.0)), float(min(end, len(profile)))


class RembgMatting:
    """Foreground masks by one of rembg's models. The session is built once, at first use, and kept.

    rembg itself is imported only then: its first import takes many seconds. Safe from several threads.

    Attributes:
        model_name: as rembg calls it ("u2net", "isnet-general-use", "u2net_cloth_seg", ...).
        model_path: ONNX file of U²-Net's shape, for `CUSTOM_MODEL` only.
    """

    def __init__(self, model_name: str = "u2net", model_path: Path | None = None) -> None:
        self.model_name = CUSTOM_MODEL if model_path is not None else model_name
        self.model_path = model_path
        self._session: Any = None
        self._lock = threading.Lock()

    def mask(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Foreground share of every pixel.

        Args:
            image: (H, W, 3) uint8 RGB, upright, transparency already on white.

        Returns:
            (H, W) float32, 0 to 1. A model that answers several masks (clothes: upper, lower, whole) is
            read as their union.

        Raises:
            ValueError: not an RGB image.
            UserError: rembg has no such model here, or the model file is of another shape.
            EnvironmentProblem: rembg is not installed, or its weights can be neither found nor fetched.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            msg = f"an (H, W, 3) uint8 image is needed, not {image.shape} {image.dtype}"
            raise ValueError(msg)
        session = self._ready_session()
        import rembg  # noqa: PLC0415 - see the class

        answer = rembg.remove(Image.fromarray(image), session=session, only_mask=True)
        masks = np.asarray(answer.convert("L"), dtype=np.float32) / np.float32(255.0)
        # Several masks come stacked on top of each other.
        height, width = image.shape[:2]
        return np.asarray(masks.reshape(-1, height, width).max(axis=0))

    def prepare(self) -> None:
        """Builds the session now, to learn early that it cannot be.

        Raises:
            UserError: as for `mask`.
            EnvironmentProblem: as for `mask`.
        """
        self._ready_session()

    def _ready_session(self) -> Any:
        with self._lock:
            if self._session is None:
                self._session = _new_session(self.model_name, self.model_path)
            return self._session


def matting_named(name: str) -> RembgMatting:
    """The matting that a recipe or a bundle names: one of rembg's models, or "file:" and an ONNX file."""
    path = name.removeprefix(_FILE)
    return RembgMatting(name) if path == name else RembgMatting(model_path=Path(path))


def _new_session(model_name: str, model_path: Path | None) -> Any:
    try:
        from rembg import new_session  # noqa: PLC0415 - takes many seconds the first time
        from rembg.sessions import sessions_class  # noqa: PLC0415
    except ImportError as error:
        raise EnvironmentProblem(
            "rembg is not installed.", "Install it with: pip install rembg onnxruntime."
        ) from error
    classes = {kind.name(): kind for kind in sessions_class if _runs_here(kind)}
    kind = classes.get(model_name)
    if kind is None:
        known = ", ".join(sorted(classes))
        msg = f"rembg has no model “{model_name}” that runs on this machine. It has: {known}."
        raise UserError(msg)
    options: dict[str, Any] = {}
    if model_path is not None:
        options["model_path"] = str(_inside_home(model_path, Path(kind.u2net_home())))
    elif model_name.endswith("_custom"):
        msg = f"The matting model “{model_name}” needs a model file."
        raise UserError(msg)
    try:
        return new_session(model_name, **options)
    # Whatever the way to the weights meets (requests, urllib3, pooch's hash check, onnxruntime's own
    # exceptions, which share no base class) means the same to the person.
    except Exception as error:
        if model_path is not None:
            msg = f"{model_path.name} is not a matting model that rembg can run ({error})."
            raise UserError(msg) from error
        raise EnvironmentProblem(
            f"The weights of the matting model “{model_name}” are not on this machine and cannot be fetched.",
            "Connect to the network and try again, or use the program's own mask, which needs none.",
        ) from error


def _runs_here(kind: Any) -> bool:
    """Whether the photo stays on this machine; some of rembg's models are paid services on another."""
    is_local = getattr(kind, "is_local", None)
    return True if is_local is None else bool(is_local())


def _inside_home(model_path: Path, home: Path) -> Path:
    """A copy of the model below rembg's own folder: its custom session refuses files from anywhere else.

    The copy is named by content, so that it is made once and another model of the same name is another file.
    """
    try:
        with model_path.open("rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=8)).hexdigest()
        target = home / "models" / CUSTOM_MODEL / f"{model_path.stem}-{digest}.onnx"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(f".{os.getpid()}.part")
            shutil.copyfile(model_path, partial)
            partial.replace(target)
    except FileNotFoundError as error:
        msg = f"The model file {model_path} is not there."
        raise UserError(msg) from error
    except OSError as error:
        raise EnvironmentProblem(
            f"The model file {model_path.name} cannot be copied to rembg's folder {home} ({error.strerror}).",
            "Make room or set REMBG_HOME to a folder that can be written.",
        ) from error
    return target
