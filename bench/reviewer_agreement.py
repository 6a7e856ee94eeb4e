"""How far two reviewers of the same photos agree: `python -m bench.reviewer_agreement` prints the table.

Each looked at the validation photos alone (`resources/eye_labels/README.md`). What they do not agree about, a
model that is measured against one of them cannot be expected to get right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.config.resources import eye_label_files, load_vocabulary
from fashion_studio.learning.eye_labels import read_eye_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fashion_studio.learning.eye_labels import EyeLabel

__all__ = ["agreement_lines", "cohen_kappa", "main"]

_ATTRIBUTES: Final = ("sleeve_length", "neckline", "pattern", "fit", "length", "fabric")


def main() -> None:
    """Prints the table in Markdown."""
    vocabulary = load_vocabulary()
    first = read_eye_labels(eye_label_files("validation"), vocabulary)
    second = read_eye_labels(eye_label_files("second_validation"), vocabulary)
    print("\n".join(agreement_lines(first, second)))  # noqa: T201 - what it is for


def agreement_lines(first: Mapping[str, EyeLabel], second: Mapping[str, EyeLabel]) -> Iterator[str]:
    """Heading, a row per attribute, one for the main colour; without photos on which either said nothing.

    Args:
        first: what a reviewer saw, by the photo's hash; models are measured against it.
        second: the same of another.
    """
    yield "| | photos | same answer | mean recall of the first's values | Cohen's kappa |"
    yield "|-|-:|-:|-:|-:|"
    both = sorted(first.keys() & second.keys())
    answers = {
        name: [(first[h].labels.get(name, ""), second[h].labels.get(name, "")) for h in both]
        for name in _ATTRIBUTES
    }
    answers["main colour"] = [("".join(first[h].colors[:1]), "".join(second[h].colors[:1])) for h in both]
    for name, pairs in answers.items():
        told = [pair for pair in pairs if all(pair)]
        if not told:
            continue
        same = [one == other for one, other in told]
        values = {one for one, _ in told}
        recalls = [
            np.mean([other == value for one, other in told if one == value]) for value in sorted(values)
        ]
        figures = f"{np.mean(same):.3f} | {np.mean(recalls):.3f} | {cohen_kappa(told):.2f}"
        yield f"| {name} | {len(told)} | {figures} |"


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Agreement beyond chance, (p_o - p_e) / (1 - p_e).

    J. Cohen, "A coefficient of agreement for nominal scales", 1960, equation 1.

    Args:
        pairs: both answers per photo, at least one pair; 1.0 where both always gave one and the same answer.
    """
    ones, others = (np.array(side) for side in zip(*pairs, strict=True))
    observed = float(np.mean(ones == others))
    expected = sum(
        float(np.mean(ones == value)) * float(np.mean(others == value)) for value in np.unique(ones)
    )
    return 1.0 if expected == 1.0 else (observed - expected) / (1 - expected)


if __name__ == "__main__":
    main()
