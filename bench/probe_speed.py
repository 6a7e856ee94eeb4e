"""How long a probe takes: each variant alone, and 200 photos through eight of them with the shipped model.

`python -m bench.probe_speed [FOLDER]` prints JSON lines. The whole probe is the job itself (decoding,
matting, variants, readings with maps, pictures, scores), run on some photos and counted up to 200 by its own
events; beside it, its processor time shared out over the cores, which says the same where nothing else runs.
Without shipped weights for style transfer a network of the pair's build with random weights stands in: it
takes as long.
"""

from __future__ import annotations

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from bench.figures import one_by_one, say
from fashion_studio.config.resources import house_model_dir
from fashion_studio.imaging.decode import decode
from fashion_studio.inference.threads import one_thread_each, usable_cores
from fashion_studio.jobs.events import EventReader
from fashion_studio.jobs.specification import EVENTS
from fashion_studio.probing.backgrounds import FILLS, background_alone, with_background
from fashion_studio.probing.mattes import open_matting
from fashion_studio.probing.records import HOUSE_MATTING, Backdrop, ProbeSpec, VariantKind
from fashion_studio.probing.styles import Styler
from fashion_studio.probing.subjects import BundleSubject, load_subject
from fashion_studio.probing.variants import make_variant
from fashion_studio.rendering.folder import PictureForm, write_folder
from fashion_studio.rendering.render import render_seed
from fashion_studio.services.probing.freezing import (
    bundle_subjects,
    default_adain,
    folder_photos,
    freeze_probe,
)
from fashion_studio.services.probing.running import run_probe_job
from fashion_studio.zoo.adain import AdaIn, AdaInManifest, AdaInSpec, save_adain
from fashion_studio.zoo.style_encoders import EncoderSpec, mirrored_decoder

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_PHOTOS: Final = 16
_WHOLE: Final = 200
_TARGET_S: Final = 180.0
_VARIANT_MS: Final = 40.0
_ROUNDS: Final = 7
_BLOCKS: Final = ((64, 64), (128, 128), (256,))


def main(folder: Path | None = None) -> None:
    """Probes the photos of a folder, or renders some, and prints one line per figure."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        photos = folder or place / "photos"
        if folder is None:
            write_folder(photos, _PHOTOS, seed=7_000_000, form=PictureForm(600, 800))
        adain = default_adain() or str(_stand_in(place / "adain"))
        one_by_one(_variants, partial(_parts, photos, adain), partial(_whole, place / "run", photos, adain))


def _variants() -> None:
    """Each variant and background of one photo of 384 × 512, on one thread."""
    drawn = render_seed(8, category="shirt")
    image, mask = drawn.image, drawn.mask
    with one_thread_each():
        for kind in VariantKind:
            if kind not in {VariantKind.ORIGINAL, VariantKind.STYLISED}:
                made = partial(make_variant, kind, image, mask, np.random.default_rng(0))
                say(f"probe, {kind.value} at 512 px", _best_ms(made), "ms", _VARIANT_MS)
        replaced = partial(with_background, image, mask, FILLS[Backdrop.GREY])
        say("probe, on grey at 512 px", _best_ms(replaced), "ms", _VARIANT_MS)
        say("probe, a background alone at 512 px", _best_ms(partial(background_alone, image, mask)), "ms")


def _parts(folder: Path, adain: str) -> None:
    """Matting, style transfer and readings of one photo, on one thread."""
    photos = folder_photos(folder)[0]
    image = decode(Path(photos[0].path), max_side_px=512)
    with one_thread_each():
        matting = open_matting(HOUSE_MATTING, house_model_dir(), "cpu")
        say("probe, matting", _best_ms(partial(matting.matte, image)), "ms")
        styler = Styler.load(Path(adain), [Path(photo.path) for photo in photos], "cpu")
        say("probe, stylised", _best_ms(partial(styler.stylise, image, Path(photos[1].path))), "ms")
        subject = load_subject(0, bundle_subjects([None])[0], "cpu", Path())
        if isinstance(subject, BundleSubject):
            asked = partial(subject.ask, [image] * len(VariantKind), with_maps=True)
            say("probe, 8 readings with maps", _best_ms(asked), "ms")


def _whole(run_dir: Path, folder: Path, adain: str) -> None:
    photos = folder_photos(folder)[0][: 4 * _PHOTOS]
    spec = ProbeSpec(bundle_subjects([None]), backdrops=(), adain=adain, device="cpu")
    freeze_probe(run_dir, spec, photos).write(run_dir)
    began_s = time.process_time()
    run_probe_job(run_dir)
    used_s = time.process_time() - began_s
    events = EventReader(run_dir / EVENTS).read()
    done = [event.at for event in events if event.kind == "photo"]
    each_s = (done[-1] - done[0]) / (len(done) - 1)
    until_first_s = done[0] - next(event.at for event in events if event.kind == "started")
    total_s = until_first_s + each_s * (_WHOLE - 1)
    say(f"probe, {_WHOLE} photos × 8 variants ({usable_cores()} cores)", total_s, "s", _TARGET_S)
    shared_s = used_s / len(done) * _WHOLE / usable_cores()
    say(
        "probe, the same as processor time over the cores, loading and report included",
        shared_s,
        "s",
        _TARGET_S,
    )


def _best_ms(act: Callable[[], object]) -> float:
    """The best of a few rounds of processor time: what others do at the same time does not count."""
    act()
    rounds = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        act()
        rounds.append(time.process_time() - began)
    return 1000.0 * min(rounds)


def _stand_in(folder: Path) -> Path:
    torch.manual_seed(0)
    network = AdaIn(AdaInSpec(EncoderSpec(blocks=_BLOCKS), mirrored_decoder(_BLOCKS)))
    save_adain(folder, network, AdaInManifest("stand-in", network.spec, "Apache-2.0"))
    return folder


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
