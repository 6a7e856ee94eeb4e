"""Figures against independent implementations in plain numpy, and the traps of averaging."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.scores import AnswerBook, Scores, pck, recall_at_k, score
from fashion_studio.learning.targets import Targets
from fashion_studio.zoo.backbone_heads import HeadsOutput
from fashion_studio.zoo.bundle import Calibration
from fashion_studio.zoo.two_stream import TwoStreamOutput

SIDE = 56
CELLS = 28


def attribute(name: str, key: str, values: int, takes: str = "one") -> dict[str, object]:
    names = [{"name": f"{name}{i}"} for i in range(values)]
    return {"name": name, "title": name, "key": key, "takes": takes, "values": names}


WORDS = Vocabulary.from_mapping(
    {
        "name": "words",
        "title": "Words",
        "version": 1,
        "attributes": [
            attribute("category", "1", 7),
            attribute("fit", "2", 3),
            attribute("texture", "3", 9, "several"),
            attribute("style", "4", 11, "several"),
        ],
        "landmarks": [
            {"name": "left_hem", "title": "L", "side": "left", "mirror": "right_hem"},
            {"name": "right_hem", "title": "R", "side": "right", "mirror": "left_hem"},
        ],
    }
)


def made(count: int = 60, seed: int = 0, states: int = 1) -> tuple[TwoStreamOutput, Targets]:
    torch.manual_seed(seed)
    logits = {"category": torch.randn(count, 7), "fit": torch.randn(count, 3)}
    logits |= {"texture": torch.randn(count, 9), "style": torch.randn(count, 11)}
    heatmaps = torch.randn(count, 2, CELLS, CELLS)
    output = TwoStreamOutput(logits, torch.randn(count, 2, states), heatmaps, None, torch.zeros(1))
    category = torch.randint(0, 6, (count,))  # class 6 never occurs
    allowed = torch.nn.functional.one_hot(category, 7).bool()
    allowed[::7] = False
    fit = torch.nn.functional.one_hot(torch.randint(0, 3, (count,)), 3).bool()
    flags = {"texture": (torch.rand(count, 9) < 0.2).float(), "style": (torch.rand(count, 11) < 0.15).float()}
    known = {name: torch.rand(value.shape) < 0.9 for name, value in flags.items()}
    main = {name: torch.full((count,), -1) for name in flags}
    points = torch.rand(count, 2, 2) * SIDE
    visibility = torch.randint(-1, 3, (count, 2))
    return output, Targets({"category": allowed, "fit": fit}, flags, known, main, points, visibility)


def scored(output, targets, calibration=None) -> Scores:
    book = AnswerBook(SIDE)
    half = len(targets.visibility) // 2
    for rows in (torch.arange(half), torch.arange(half, len(targets.visibility))):
        part = TwoStreamOutput(
            {name: logits[rows] for name, logits in output.logits.items()},
            output.visibility[rows],
            output.heatmaps[rows],
            None,
            output.features,
        )
        book.add(part, targets.rows(rows))
    return score(book, WORDS, calibration)


def ece_by_hand(chances: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Σ over the bins of confidence: share of photos × |share right - mean confidence|."""
    total = 0.0
    for index in range(bins):
        inside = (chances > index / bins) & (chances <= (index + 1) / bins)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - chances[inside].mean())
    return total


def test_one_valued_figures_one_to_one_with_numpy() -> None:
    output, targets = made()
    found = scored(output, targets, Calibration({"category": 1.7}))
    logits, allowed = output.logits["category"].numpy(), targets.allowed["category"].numpy()
    known = allowed.sum(1) == 1
    truth, logits = allowed.argmax(1)[known], logits[known]
    order = np.argsort(-logits, axis=1)
    for k in (1, 3, 5):
        by_hand = np.mean([truth[i] in order[i, :k] for i in range(len(truth))])
        assert found.figures[f"category.top{k}"] == pytest.approx(by_hand)
    recalls = [np.mean(order[truth == c, 0] == c) for c in range(7) if (truth == c).any()]
    assert found.figures["category.macro_recall"] == pytest.approx(np.mean(recalls))
    assert found.figures["category.n"] == known.sum()
    chances = np.exp(logits / 1.7) / np.exp(logits / 1.7).sum(1, keepdims=True)
    assert found.figures["category.ece"] == pytest.approx(
        ece_by_hand(chances.max(1), chances.argmax(1) == truth), abs=1e-6
    )
    counts = np.bincount(truth, minlength=7)
    assert found.baseline["category.top1"] == pytest.approx(counts.max() / counts.sum())
    assert found.baseline["category.top3"] == pytest.approx(np.sort(counts)[-3:].sum() / counts.sum())
    confusion = np.zeros((7, 7))
    np.add.at(confusion, (truth, order[:, 0]), 1)
    np.testing.assert_array_equal(found.confusion["category"].numpy(), confusion)


def test_trap_9_acsa_of_a_class_that_the_truth_lacks() -> None:
    """Class 6 is predicted and never true: no NaN, no shifted rows, and it is said."""
    output, targets = made()
    output.logits["category"][3, 6] = 99.0
    found = scored(output, targets)
    assert found.figures["category.absent"] == 1
    assert np.isfinite(found.figures["category.macro_recall"])
    last = found.tables["category"][6]
    assert (last.value, last.count, last.recall) == ("category6", 0, None)
    assert last.precision == 0.0
    assert found.confusion["category"].shape == (7, 7)


def test_the_mean_over_the_heads_is_that_of_their_top_1() -> None:
    found = scored(*made())
    mean = (found.figures["category.top1"] + found.figures["fit.top1"]) / 2
    assert found.figures["mean.top1"] == pytest.approx(mean)
    assert found.baseline["mean.top1"] == pytest.approx(
        (found.baseline["category.top1"] + found.baseline["fit.top1"]) / 2
    )


def recalls_by_hand(
    scores: np.ndarray, present: np.ndarray, known: np.ndarray, k: int
) -> tuple[float, float]:
    hits = np.zeros(present.shape[1])
    support = np.zeros(present.shape[1])
    for row in range(len(scores)):
        values = [c for c in np.argsort(-scores[row]) if known[row, c]][:k]
        for c in range(present.shape[1]):
            if present[row, c] and known[row, c]:
                support[c] += 1
                hits[c] += c in values
    return hits.sum() / support.sum(), np.mean([h / s for h, s in zip(hits, support, strict=True) if s])


@pytest.mark.parametrize("k", [3, 5])
def test_recall_at_k_ranks_inside_the_group_and_over_all(k: int) -> None:
    output, targets = made()
    found = scored(output, targets)
    groups = {}
    for name in ("texture", "style"):
        groups[name] = (
            output.logits[name].numpy(),
            targets.flags[name].numpy() > 0.5,
            targets.flags_known[name].numpy(),
        )
    groups["all"] = tuple(np.concatenate(parts, 1) for parts in zip(*groups.values(), strict=True))
    for name, parts in groups.items():
        micro, macro = recalls_by_hand(*parts, k)
        assert found.figures[f"{name}.recall_at_{k}"] == pytest.approx(micro)
        assert found.figures[f"{name}.macro_recall_at_{k}"] == pytest.approx(macro)


def test_trap_3_macro_recall_is_over_every_value_not_the_best_ones() -> None:
    scores = torch.tensor([[3.0, 2.0, 1.0, 0.0]]).repeat(4, 1)
    present = torch.eye(4).bool()
    micro, macro = recall_at_k(scores, present, torch.ones(4, 4).bool(), 2)
    assert (micro, macro) == (0.5, 0.5)
    many = torch.cat((present, present[:1].repeat(6, 1)))
    micro, macro = recall_at_k(scores[:1].repeat(10, 1), many, torch.ones(10, 4).bool(), 2)
    assert (round(micro, 6), round(macro, 6)) == (0.8, 0.5)


def test_trap_3_normalised_error_leaves_invisible_landmarks_out() -> None:
    """The published protocol by hand: argmax over (size - 1), distances in 0 to 1, visible points only."""
    output, targets = made(20)
    found = scored(output, targets)
    heat = output.heatmaps.numpy()
    truth = targets.points.numpy() / SIDE
    each = []
    for k in range(2):
        rows = [n for n in range(20) if int(targets.visibility[n, k]) == 0]
        distances = []
        for n in rows:
            y, x = divmod(int(heat[n, k].argmax()), CELLS)
            distances.append(np.hypot(x / (CELLS - 1) - truth[n, k, 0], y / (CELLS - 1) - truth[n, k, 1]))
        each.append(np.mean(distances))
    assert found.figures["landmarks.ne_argmax"] == pytest.approx(np.mean(each), rel=1e-5)
    assert found.figures["landmarks.n"] == int((targets.visibility == 0).sum())
    assert found.figures["landmarks.ne"] == pytest.approx(
        (found.figures["landmarks.ne.left_hem"] + found.figures["landmarks.ne.right_hem"]) / 2
    )


def test_a_perfect_heatmap_has_almost_no_error() -> None:
    output, targets = made(4)
    targets.points[:] = torch.tensor([[20.5, 31.2], [40.1, 11.9]])
    targets.visibility[:] = 0
    at = (torch.arange(CELLS) + 0.5) * SIDE / CELLS
    for k in range(2):
        x, y = targets.points[0, k]
        output.heatmaps[:, k] = -((at[None] - x) ** 2 + (at[:, None] - y) ** 2) / 8
    found = scored(output, targets)
    assert found.figures["landmarks.ne"] < 0.005
    assert found.figures["landmarks.ne_argmax"] < 0.03  # whole cells
    assert found.figures["landmarks.pck_0.05"] == 1.0


def test_pck_by_hand() -> None:
    truth = torch.zeros(1, 4, 2)
    said = torch.tensor([[[0.05, 0.0], [0.06, 0.08], [0.2, 0.0], [0.0, 0.0]]])
    visible = torch.tensor([[True, True, True, False]])
    assert pck(said, truth, visible, 0.1) == pytest.approx(2 / 3)


@pytest.mark.parametrize("states", [1, 3])
def test_visibility_accuracy_counts_labelled_landmarks(states: int) -> None:
    output, targets = made(states=states)
    found = scored(output, targets)
    logits, truth = output.visibility.numpy(), targets.visibility.numpy()
    known = truth >= 0
    if states == 1:
        right = (logits[..., 0] > 0) == (truth == 0)
        classes = np.minimum(truth, 1)
    else:
        right = logits.argmax(2) == truth
        classes = truth
    assert found.figures["visibility.accuracy"] == pytest.approx(right[known].mean())
    majority = sum(np.bincount(classes[:, k][known[:, k]]).max() for k in range(2)) / known.sum()
    assert found.baseline["visibility.accuracy"] == pytest.approx(majority)


def test_baseline_recall_is_that_of_the_most_frequent_values() -> None:
    output, targets = made()
    found = scored(output, targets)
    present = (targets.flags["style"].numpy() > 0.5) & targets.flags_known["style"].numpy()
    counts = present.sum(0)
    micro, _ = recalls_by_hand(
        np.tile(counts.astype(float), (60, 1)) + np.linspace(0, -1e-6, 11),
        present,
        targets.flags_known["style"].numpy(),
        3,
    )
    assert found.baseline["style.recall_at_3"] == pytest.approx(micro, abs=0.03)  # ties aside
    assert found.baseline["style.recall_at_3"] <= 1


def test_main_values_of_a_several_valued_head() -> None:
    output, targets = made()
    main = torch.randint(0, 9, (60,))
    main[:5] = -1
    targets.main["texture"][:] = main
    found = scored(output, targets)
    right = output.logits["texture"].argmax(1)[5:] == main[5:]
    assert found.figures["texture.main_top1"] == pytest.approx(float(right.float().mean()))
    assert "style.main_top1" not in found.figures


def test_figures_without_labels_are_left_out_and_networks_without_landmarks_too() -> None:
    output, targets = made()
    targets.allowed["category"][:] = False
    targets.flags_known["style"][:] = False
    book = AnswerBook(SIDE)
    book.add(HeadsOutput(output.logits, output.features), targets)
    found = score(book, WORDS)
    assert len(book) == found.photos == 60
    assert not [n for n in found.figures if n.startswith(("category", "style", "landmarks", "visibility"))]
    assert found.figures["mean.top1"] == found.figures["fit.top1"]


def test_a_batch_of_one_photo_is_measured() -> None:
    output, targets = made(1, seed=2)
    targets.visibility[:] = 0
    book = AnswerBook(SIDE)
    book.add(output, targets)
    assert score(book, WORDS).figures["fit.n"] == 1
