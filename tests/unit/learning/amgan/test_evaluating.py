"""What edits are worth: perfect edits, none at all, and spoilt backgrounds are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.amgan.evaluating import editing_of, evaluate_edits, report_table
from fashion_studio.learning.amgan.judging import judge_vocabulary, train_judge
from fashion_studio.learning.amgan.pairs import EDITED, PairPlan, VariantSet, make_variants
from fashion_studio.learning.amgan.pictures import as_images
from fashion_studio.zoo.amgan import AmganConfig, Generator
from fashion_studio.zoo.attribute_resnet import AttributeReading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.zoo.attribute_resnet import AttributeResnet


@pytest.fixture(scope="module")
def variants() -> VariantSet:
    return make_variants(range(60, 64), PairPlan(32, colors=2, patterns=2))


class Oracle(nn.Module):
    """A judge that knows every variant by its pixels, and reads anything else as the first values."""

    mean: Tensor

    def __init__(self, variants: VariantSet) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(3))
        self._known = {
            square.tobytes(): row for square, row in zip(variants.squares, variants.values, strict=True)
        }

    def forward(self, images: Tensor) -> AttributeReading:
        squares = images.add(1).mul(127.5).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
        said = [self._known.get(square.tobytes(), np.zeros(3, np.int8)) for square in squares]
        logits = {
            name: torch.stack([torch.eye(len(values))[max(0, int(row[k]))] for row in said])
            for k, (name, values) in enumerate(EDITED.items())
        }
        features = torch.cat(list(logits.values()), dim=1) + 0.01
        return AttributeReading(features[:, :, None, None], features, logits)


class Perfect:
    """Answers every question with the true edit."""

    def __init__(self, variants: VariantSet) -> None:
        self._variants = variants

    def __call__(self, images: Tensor, values: Tensor, edited: Tensor) -> tuple[Tensor, Tensor]:
        made = []
        squares = images.add(1).mul(127.5).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
        known = self._variants
        spans = np.cumsum([0, *(len(names) for names in EDITED.values())])
        for square, value, which in zip(squares, values, edited, strict=True):
            attribute = int(which.argmax())
            wanted = int(value[spans[attribute] : spans[attribute + 1]].argmax())
            source = next(k for k in range(len(known)) if np.array_equal(known.squares[k], square))
            mine = np.flatnonzero(known.garment == known.garment[source])
            (target,) = [
                k for k in mine if known.edited[k] == attribute and known.values[k, attribute] == wanted
            ]
            made.append(known.squares[target])
        return as_images(np.stack(made)), torch.ones(len(images), 1, 32, 32)


def _judge(variants: VariantSet) -> AttributeResnet:
    return Oracle(variants)  # type: ignore[return-value]


def test_true_edits_reach_what_the_judge_lets_be_reached(variants: VariantSet) -> None:
    report = evaluate_edits(Perfect(variants), _judge(variants), variants, batch_size=5)
    assert report.figures["mean.accuracy"] == 1.0
    assert report.figures["mean.kept"] == 1.0
    assert report.figures["mean.lab"] == pytest.approx(0.0)
    assert report.figures["mean.ssim"] == pytest.approx(1.0)
    assert report.figures["retrieval.30"] == report.bounds["retrieval.30"]
    assert dict(report.figures) == pytest.approx(dict(report.bounds))
    assert report.figures["colors.n"] == 2 * len(set(variants.garment.tolist()))


def test_doing_nothing_reaches_the_floor(variants: VariantSet) -> None:
    report = evaluate_edits(lambda x, _v, _e: (x, x[:, :1]), _judge(variants), variants)
    assert dict(report.figures) == pytest.approx(dict(report.floor))
    assert report.floor["mean.accuracy"] == 0.0
    assert report.floor["mean.background"] == 0.0
    assert report.floor["colors.lab"] > 3


def test_a_spoilt_background_shows(variants: VariantSet) -> None:
    def brighter(x: Tensor, values: Tensor, edited: Tensor) -> tuple[Tensor, Tensor]:
        made, mask = Perfect(variants)(x, values, edited)
        return (made + 0.2).clamp(-1, 1), mask

    report = evaluate_edits(brighter, _judge(variants), variants)
    assert report.figures["mean.background"] > 0.05
    assert report.bounds["mean.background"] < 0.01


def test_the_table_has_a_row_for_each_and_the_bounds(variants: VariantSet) -> None:
    report = evaluate_edits(Perfect(variants), _judge(variants), variants)
    lines = report_table({"one": report, "two": report}).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "one",
        "two",
        "*the true edit*",
        "*no edit*",
    ]
    assert len({line.count("|") for line in lines}) == 1


def test_a_distance_is_asked_about_all_edits_and_all_that_was_left(variants: VariantSet) -> None:
    asked = []

    def distance(made: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> dict[str, float]:
        asked.append((len(made), len(wanted)))
        off = float(np.abs(made.astype(int) - wanted).mean())
        return {"inception.fid": off, "inception.kid": off / 2}

    report = evaluate_edits(Perfect(variants), _judge(variants), variants, batch_size=5, distance=distance)
    edits = sum(int(report.figures[f"{name}.n"]) for name in EDITED)
    assert asked == [(edits, edits)] * 2
    assert report.figures["inception.fid"] == pytest.approx(0.0, abs=0.6)
    assert report.floor["inception.fid"] > 5
    lines = report_table({"one": report}).splitlines()
    assert lines[0].endswith("| FID (Inception) | KID (Inception) |")
    assert lines[2].endswith(f"| {report.figures['inception.kid']:.3f} |")


def test_a_generator_of_other_attributes_is_refused() -> None:
    with pytest.raises(UserError, match="other attributes"):
        editing_of(Generator(AmganConfig({"colors": ("red", "blue")}, size_px=32, width=4, blocks=1)))


def test_the_judge_learns_what_it_is_shown(variants: VariantSet) -> None:
    bundle = train_judge(variants, pretrained=None, epochs=1)
    assert [attribute.name for attribute in bundle.vocabulary.attributes] == list(EDITED)
    assert bundle.manifest.vocabulary == dict(judge_vocabulary().source)
    assert not bundle.network.training
    output = bundle.network(torch.zeros(1, 3, 32, 32))
    assert {name: logits.shape[1] for name, logits in output.logits.items()} == {
        name: len(values) for name, values in EDITED.items()
    }
