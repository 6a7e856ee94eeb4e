"""Small data sets in foreign formats, written as their makers write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["COARSE_ATTRIBUTES", "write_coarse", "write_fine", "write_list"]

COARSE_ATTRIBUTES = [
    ("a-line dress", 3),
    ("striped", 1),
    ("polka dot", 1),
    ("cotton", 2),
    ("long sleeve", 4),
    ("boho", 5),
]


def write_list(
    path: Path, header: str, rows: Sequence[str], *, count: int | None = None, end: str = "\n"
) -> Path:
    """A list as DeepFashion has them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [str(len(rows) if count is None else count), header, *rows]
    path.write_bytes((end.join(lines) + end).encode())
    return path


def write_coarse(root: Path) -> Path:
    """Three photos: an upper, a lower and a whole garment; returns the data set's folder."""
    for name in ("a/1.jpg", "b/2.jpg", "c/3.jpg"):
        photo = root / "img" / name
        photo.parent.mkdir(parents=True, exist_ok=True)
        photo.write_bytes(b"not read here")
    anno = root / "Anno_coarse"
    write_list(
        anno / "list_category_cloth.txt",
        "category_name  category_type",
        ["Tee                1", "Jeans              2", "Dress              3"],
    )
    write_list(
        anno / "list_attr_cloth.txt",
        "attribute_name  attribute_type",
        [f"{name:<40}{kind}" for name, kind in COARSE_ATTRIBUTES],
    )
    write_list(
        anno / "list_category_img.txt",
        "image_name category_label",
        ["img/a/1.jpg     1", "img/b/2.jpg     2", "img/c/3.jpg     3"],
    )
    write_list(
        anno / "list_attr_img.txt",
        "image_name attribute_labels",
        [
            "img/a/1.jpg   -1  1 -1  1  1 -1",
            "img/b/2.jpg   -1 -1 -1 -1 -1  0",
            "img/c/3.jpg    1  1  1  0  0  1",
        ],
    )
    write_list(
        anno / "list_bbox.txt",
        "image_name x_1 y_1 x_2 y_2",
        ["img/a/1.jpg 010 020 110 220", "img/b/2.jpg 5 5 5 90", "img/c/3.jpg 000 000 050 100"],
    )
    write_list(
        anno / "list_landmarks.txt",
        "image_name clothes_type variation_type landmark_visibility_1 landmark_location_x_1 …",
        [
            "img/a/1.jpg 1 1 0 11 21 0 12 22 1 13 23 2 000 000 0 15 25 0 16 26",
            "img/b/2.jpg 2 1 0 31 41 1 32 42 0 33 43 0 34 44",
            "img/c/3.jpg 3 2 " + " ".join(f"0 {50 + k} {60 + k}" for k in range(8)),
        ],
    )
    write_list(
        root / "Eval" / "list_eval_partition.txt",
        "image_name evaluation_status",
        ["img/a/1.jpg train", "img/b/2.jpg val", "img/c/3.jpg test"],
    )
    return root


def write_fine(root: Path, rows: dict[str, list[tuple[str, str, str, str, str]]]) -> Path:
    """The fine set: split → (name, 26 columns, category, box, landmarks) per photo; "" leaves a file out."""
    anno = root / "Anno_fine"
    anno.mkdir(parents=True, exist_ok=True)
    for split, photos in rows.items():
        for place, end in enumerate(("", "_attr", "_cate", "_bbox", "_landmarks")):
            lines = [photo[place] for photo in photos]
            if any(lines):
                (anno / f"{split}{end}.txt").write_text("\n".join(lines) + "\n")
        for name, *_ in photos:
            photo = root / name
            photo.parent.mkdir(parents=True, exist_ok=True)
            photo.write_bytes(b"not read here")
    return root
