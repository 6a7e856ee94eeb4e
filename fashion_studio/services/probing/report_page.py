"""The report as one HTML file: pictures inside, nothing loaded from anywhere, every text escaped."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from fashion_studio.domain.errors import PhotoError
from fashion_studio.imaging.colormaps import OPACITY_DEFAULT, blend_map, colormap
from fashion_studio.imaging.decode import decode
from fashion_studio.imaging.letterbox import resize
from fashion_studio.probing.records import Cue
from fashion_studio.probing.sixteen import OBJECT, PEOPLE_ON_SIXTEEN
from fashion_studio.services.probing.report_chart import bias_chart

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.probing.records import ConflictResult, PhotoResult
    from fashion_studio.probing.scores import FlipScore, SubjectScores
    from fashion_studio.services.probing.run_files import ProbeRun

__all__ = [
    "background_table",
    "bias_table",
    "conflict_figure",
    "report_page",
    "row_of_figures",
    "variant_table",
    "whole_page",
]

_THUMB_PX: Final = 132
_PHOTOS: Final = 16
_CONFLICTS: Final = 12
_WORST: Final = 8
_QUALITY: Final = 80
_BIAS_TEXT: Final = (
    "Each picture has the shape of one class and the cloth of another. Shape bias is the share of decisions "
    "for the shape among those for either; 1 is only shape, 0 only texture."
)
_VARIANTS_TEXT: Final = (
    "How often the decision on the original photo is kept, and how often it is right where a person labelled "
    "the photo."
)
_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b1d23;--soft:#5d6270;--line:#d9dbe1;--page:#fff;--card:#f5f6f8;
--good:#1a7f4b;--bad:#b3402a;--one:#5b5bd6;--two:#0b7a9c}
@media(prefers-color-scheme:dark){:root{--ink:#e9eaee;--soft:#a3a8b5;--line:#343741;--page:#17181c;
--card:#1f2127;--good:#4cc38a;--bad:#ff8d76;--one:#9a99ff;--two:#57b5e8}}
body{margin:0 auto;padding:32px 24px 64px;max-width:1240px;background:var(--page);color:var(--ink);
font:15px/1.5 Inter,system-ui,sans-serif}
h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:40px 0 8px}p{margin:4px 0 12px;max-width:75ch}
.soft{color:var(--soft)}table{border-collapse:collapse;margin:8px 0 16px}
th,td{padding:4px 14px 4px 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.row{display:flex;gap:10px;overflow-x:auto;margin:0 0 16px}figure{margin:0;flex:none;width:132px}
figure img{display:block;max-width:132px;max-height:176px;border-radius:6px;background:var(--card)}
figcaption{font-size:12px;line-height:1.35;margin-top:4px;overflow-wrap:anywhere}
.kept{color:var(--good)}.lost{color:var(--bad)}.name{font-weight:600;margin:12px 0 4px}
svg{max-width:100%;height:auto;font:12px Inter,system-ui,sans-serif}
"""


def report_page(run: ProbeRun, scores: Sequence[SubjectScores], *, title: str) -> str:
    """The whole page.

    Args:
        run: finished or not; what is there is told.
        scores: of the run.
        title: its heading.
    """
    attribute = run.spec.attribute
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(_summary(run))}</p>',
        *(f"<p>{escape(note)}</p>" for note in run.notes),
        *_problems(run),
        *_bias(run, scores),
        *_variants(run, scores, attribute),
        *_backgrounds(run, scores),
        *_skipped(run),
    ]
    return whole_page(title, parts)


def whole_page(title: str, parts: Iterable[str]) -> str:
    """A page of parts that are HTML already, under a title that is not."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _summary(run: ProbeRun) -> str:
    names = ", ".join(subject.name for subject in run.spec.subjects)
    return (
        f"{names} · {len(run.results):,} photos · {len(run.conflicts):,} pictures with two cues · "
        f"masks by {run.spec.matting} · seed {run.spec.seed}"
    )


def _problems(run: ProbeRun) -> list[str]:
    return [
        f"<p><b>{escape(note.name)}</b> could not be asked: {escape(note.problem)}</p>"
        for note in run.subjects.values()
        if note.problem
    ]


def _bias(run: ProbeRun, scores: Sequence[SubjectScores]) -> list[str]:
    if run.spec.conflict is None or not run.conflicts:
        return []
    parts = bias_table(scores, people=PEOPLE_ON_SIXTEEN if run.spec.conflict.attribute == OBJECT else None)
    for index, subject in enumerate(run.spec.subjects):
        for cue in (Cue.TEXTURE, Cue.SHAPE):
            found = run.drill_down(index, cue=cue)[:_CONFLICTS]
            if found:
                parts.append(
                    f'<p class="name">{escape(subject.name)}: decided by {cue.value}, surest first</p>'
                )
                parts.append(row_of_figures(conflict_figure(run, each, index) for each in found))
    return parts


def bias_table(scores: Sequence[SubjectScores], *, people: float | None = None) -> list[str]:
    """Heading, figures and chart of the shape bias; `people`: theirs where it was measured."""
    head = ("", "shape bias", "95 %", "pictures", "shape", "texture", "hit a cue")
    rows = []
    for score in scores:
        bias = score.bias
        if bias is None:
            rows.append([score.name, "not asked", "", "", "", "", ""])
            continue
        interval = "" if bias.low is None or bias.high is None else f"{bias.low:.2f} to {bias.high:.2f}"
        rows.append(
            [
                score.name,
                "undefined" if bias.bias is None else f"{bias.bias:.3f}",
                interval,
                f"{bias.n:,}",
                f"{bias.shape_hits:,}",
                f"{bias.texture_hits:,}",
                _percent(bias.hit_share),
            ]
        )
    return [
        "<h2>What decides: texture or shape</h2>",
        f"<p>{_BIAS_TEXT}</p>",
        _table(head, rows),
        bias_chart(scores, people=people),
    ]


def conflict_figure(run: ProbeRun, result: ConflictResult, index: int) -> str:
    """A picture with two cues and what a subject of its run decided."""
    decision = result.decisions[index]
    said = "" if decision is None else f"{decision.value} {decision.confidence:.0%}"
    return _figure(
        _thumb(run.conflict_picture(result.file)),
        f"{escape(result.shape)} in {escape(result.texture)} cloth<br><b>{escape(said)}</b>",
    )


def _variants(run: ProbeRun, scores: Sequence[SubjectScores], attribute: str) -> list[str]:
    if not run.results or not run.spec.variants:
        return []
    parts = variant_table(scores, [kind.value for kind in run.spec.variants], attribute)
    for result in list(run.results.values())[:_PHOTOS]:
        parts += _photo(run, result, attribute)
    if len(run.results) > _PHOTOS:
        parts.append(f'<p class="soft">The first {_PHOTOS} of {len(run.results):,} photos are shown.</p>')
    return parts


def variant_table(scores: Sequence[SubjectScores], names: Sequence[str], attribute: str) -> list[str]:
    """Heading and figures: how often the original's decision is kept, and right where it is labelled."""
    rows = []
    for score in scores:
        own = score.variants.get(attribute, {})
        kept = [_percent(own[name].kept) if name in own else "" for name in names]
        rows.append([f"{score.name}, kept", *kept])
        if any(name in own and own[name].labelled for name in names):
            right = [_percent(own[name].accuracy) if name in own else "" for name in names]
            rows.append([f"{score.name}, right", *right])
    return [
        f"<h2>Variants: {escape(attribute)}</h2>",
        f"<p>{_VARIANTS_TEXT}</p>",
        _table(("", *names), rows),
    ]


def _photo(run: ProbeRun, result: PhotoResult, attribute: str) -> list[str]:
    name = run.photos[result.key].path.replace("\\", "/").rpartition("/")[2]
    parts = [f'<p class="name">{escape(name)}</p>']
    parts += [f'<p class="soft">{escape(note)}</p>' for note in result.notes]
    for index, subject in enumerate(run.spec.subjects):
        cams = run.cams(result.key, index).get(attribute)
        figures = []
        original = (result.variants[0].decisions[index] or {}).get(attribute)
        if original is None:
            continue
        for place, variant in enumerate(result.variants):
            decision = (variant.decisions[index] or {}).get(attribute)
            if decision is None:
                continue
            mark = "kept" if decision.value == original.value else "lost"
            shown = _thumb(run.picture(result.key, variant.name), None if cams is None else cams[place])
            figures.append(
                _figure(
                    shown,
                    f"{escape(variant.name)}<br><b>{escape(decision.value)}</b> {decision.confidence:.0%} "
                    f'<span class="{mark}">{mark}</span>',
                )
            )
        parts += [f'<p class="soft">{escape(subject.name)}</p>', row_of_figures(figures)]
    return parts


def background_table(scores: Sequence[SubjectScores]) -> list[str]:
    """Heading and figures: shares of decisions that flip; empty where no photo was put before another."""
    flips = [(score.name, score.flips) for score in scores if score.flips]
    if not flips:
        return []
    attributes = list(dict.fromkeys(name for _, own in flips for name in own))
    rows = [
        [name, *(_percent(own[each].share) if each in own else "" for each in attributes)]
        for name, own in flips
    ]
    return [
        "<h2>Other backgrounds</h2>",
        "<p>Share of decisions that change when the background is replaced; the garment stays as it is.</p>",
        _table(("", *attributes), rows),
    ]


def _backgrounds(run: ProbeRun, scores: Sequence[SubjectScores]) -> list[str]:
    parts = background_table(scores)
    for subject in scores:
        for attribute, score in subject.flips.items():
            if score.worst:
                parts += _worst(run, subject.name, attribute, score)
    return parts


def _worst(run: ProbeRun, subject: str, attribute: str, score: FlipScore) -> list[str]:
    figures = []
    for key, backdrop, before, after, _ in score.worst[:_WORST]:
        caption = f"{escape(backdrop)}<br>{escape(before)} → <b>{escape(after)}</b>"
        figures.append(_figure(_thumb(run.picture(key, "original")), "original"))
        figures.append(_figure(_thumb(run.picture(key, backdrop)), caption))
    return [
        f'<p class="name">{escape(subject)}, {escape(attribute)}: surest flips</p>',
        row_of_figures(figures),
    ]


def _skipped(run: ProbeRun) -> list[str]:
    if not run.skipped:
        return []
    rows = [[each.what, each.reason] for each in run.skipped]
    return ["<h2>Left out</h2>", _table(("file", "why"), rows)]


def _thumb(path: Path, cam: NDArray[np.uint8] | None = None) -> str:
    """A small JPEG as a data address, with a class activation map over it; "" where it cannot be read."""
    try:
        image = decode(path, max_side_px=2 * _THUMB_PX)
    except PhotoError:
        return ""
    if cam is not None:
        height, width = image.shape[:2]
        values = resize(np.ascontiguousarray(cam), width, height) / 255.0
        image = blend_map(image, values, colormap("magma"), OPACITY_DEFAULT)
    encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )[1]
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")


def _figure(source: str, caption: str) -> str:
    """A picture with a caption that is HTML already."""
    return f'<figure><img alt="" src="{source}"><figcaption>{caption}</figcaption></figure>'


def row_of_figures(figures: Iterable[str]) -> str:
    """Figures beside each other."""
    return f'<div class="row">{"".join(figures)}</div>'


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    def line(cells: Sequence[Any], tag: str) -> str:
        marked = [
            f"<{tag}{'' if place == 0 else ' class=n'}>{escape(str(cell))}</{tag}>"
            for place, cell in enumerate(cells)
        ]
        return f"<tr>{''.join(marked)}</tr>"

    return f"<table>{line(head, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
