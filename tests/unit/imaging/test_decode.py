"""Decoding: upright, in sRGB, every kind of pixel; a bad file has a reason."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import pickle
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, features

from fashion_studio.domain.errors import PhotoError
from fashion_studio.imaging import decode as decoding
from fashion_studio.imaging.decode import content_hash, decode, load_photo, probe, taken_us
from fashion_studio.imaging.pixel_access import rgbx_pixels

_spec = importlib.util.spec_from_file_location("photo_files", Path(__file__).with_name("photo_files.py"))
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

ORIENTATIONS = range(1, 9)
LOSSLESS = ["PNG", "TIFF", "BMP", "PPM"]


def close(image: np.ndarray, wanted: np.ndarray, *, within: float) -> bool:
    return image.shape == wanted.shape and float(np.abs(image.astype(float) - wanted).mean()) <= within


# -- orientation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_orientation_of_every_format_comes_out_upright(tmp_path, kind, orientation) -> None:
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    upright = files.four_corners()
    stored = np.ascontiguousarray(files.STORED_FROM_UPRIGHT[orientation](upright))
    image = Image.fromarray(stored)
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}, "AVIF": {"quality": 95}}
    exif = Image.Exif()
    exif[files.ORIENTATION] = orientation
    path = tmp_path / "photo"
    image.save(path, kind, exif=exif, **options.get(kind, {}))
    assert close(decode(path), upright, within=3.0)
    info = probe(path)
    assert (info.width_px, info.height_px, info.format) == (48, 32, kind)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_png_may_say_it_behind_the_pixels(tmp_path, orientation) -> None:
    upright = files.four_corners()
    stored = np.ascontiguousarray(files.STORED_FROM_UPRIGHT[orientation](upright))
    path = files.write(tmp_path / "late.png", files.png_with_late_exif(stored, orientation))
    assert (decode(path) == upright).all()
    assert (probe(path).width_px, probe(path).height_px) == (48, 32)


def test_orientation_in_xmp_counts_when_exif_has_none(tmp_path) -> None:
    upright = files.four_corners()
    stored = np.ascontiguousarray(files.STORED_FROM_UPRIGHT[6](upright))
    path = tmp_path / "photo.jpg"
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><d tiff:Orientation="6"/></x:xmpmeta>'
    Image.fromarray(stored).save(path, quality=95, subsampling=0, xmp=xmp)
    assert close(decode(path), upright, within=3.0)
    assert probe(path).width_px == 48


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\x00\x00",
        b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff" + bytes(40),
        b"Exif\x00\x00II*\x00\xff\xff\xff\x7f",
        b"Exif\x00\x00nonsense, not TIFF at all",
        files.exif_bytes(0),
        files.exif_bytes(9),
        files.exif_with_entry(2, 4, b"six\x00"),
        files.exif_with_entry(3, 2, b"\x00\x06\x00\x08"),
        files.exif_with_entry(3, 2**31, b"\xff\xff\xff\xff"),
        files.exif_with_entry(5, 1, b"\x00\x00\x00\x1a"),
        files.exif_bytes(6)[:-6],
    ],
)
def test_broken_exif_costs_nothing(tmp_path, exif) -> None:
    path = tmp_path / "photo.jpg"
    Image.fromarray(files.four_corners()).save(path, quality=95, subsampling=0, exif=exif)
    image = decode(path)
    assert image.shape[2] == 3
    assert probe(path).format == "JPEG"


def test_reduced_jpegs_are_upright_too(tmp_path) -> None:
    upright = files.smooth_photo(640, 480)
    stored = np.ascontiguousarray(files.STORED_FROM_UPRIGHT[8](upright))
    path = tmp_path / "photo.jpg"
    Image.fromarray(stored).save(path, quality=95, exif=files.exif_bytes(8))
    photo = load_photo(path, max_side_px=160)
    assert photo.image.shape == (120, 160, 3)
    assert (photo.width_px, photo.height_px) == (640, 480)
    wanted = np.asarray(Image.fromarray(upright).resize((160, 120), Image.Resampling.BOX))
    assert close(photo.image, wanted, within=3.0)


# -- kinds of pixel ---------------------------------------------------------------------------------------


def test_arrays_are_ours_contiguous_and_rgb(tmp_path) -> None:
    upright = files.four_corners()
    for kind in LOSSLESS:
        path = tmp_path / kind
        Image.fromarray(upright).save(path, kind)
        image = decode(path)
        assert (image == upright).all()
        assert image.flags.c_contiguous
        assert image.flags.writeable


@pytest.mark.parametrize(("height", "width", "pieces"), [(1051, 1003, 1), (2051, 2503, 2)])
def test_large_photos_go_through_unchanged_in_one_piece_or_in_strips(tmp_path, height, width, pieces) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    path = tmp_path / "large.bmp"
    Image.fromarray(noise).save(path)
    with Image.open(path) as image, rgbx_pixels(image.convert("RGB")) as pixels:
        assert (pixels is None) == (pieces > 1)
    assert (decode(path) == noise).all()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path, kind) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    path = tmp_path / "grey"
    Image.fromarray(ramp).save(path, kind)
    image = decode(path)
    assert np.abs(image[..., 0].astype(int) - np.arange(256).reshape(16, 16)).max() <= 1
    assert (image[..., 0] == image[..., 2]).all()


def test_twelve_bits_in_two_bytes_are_seen(tmp_path) -> None:
    ramp = np.linspace(0, 4095, 256).astype(np.uint16).reshape(16, 16)
    path = tmp_path / "sensor.tif"
    Image.fromarray(ramp).save(path)
    assert np.abs(decode(path)[..., 0].astype(int) - np.arange(256).reshape(16, 16)).max() <= 1


@pytest.mark.parametrize(
    ("values", "top"),
    [
        (np.linspace(0, 1, 256, dtype=np.float32), 1.0),
        (np.linspace(0, 255, 256, dtype=np.float32), 255.0),
        (np.linspace(-5, 9, 256, dtype=np.float32), None),
        (np.linspace(0, 65535, 256).astype(np.int32), 65535.0),
        (np.arange(256, dtype=np.int32), 255.0),
        (np.linspace(-(2**31), 2**31 - 1, 256).astype(np.int32), None),
    ],
)
def test_floats_and_wide_integers_are_scaled(tmp_path, values, top) -> None:
    path = tmp_path / "wide.tif"
    Image.fromarray(values.reshape(16, 16)).save(path)
    assert np.abs(decode(path)[..., 1].astype(int).reshape(-1) - np.arange(256)).max() <= 1
    assert top is None or values.max() == pytest.approx(top)


def test_not_a_number_becomes_black(tmp_path) -> None:
    values = np.full((4, 4), np.nan, dtype=np.float32)
    values[1, 1], values[2, 2], values[3, 3] = np.inf, 0.5, 1.0
    path = tmp_path / "odd.tif"
    Image.fromarray(values).save(path)
    image = decode(path)[..., 0]
    assert image[0, 0] == 0
    assert image[1, 1] == 255
    assert abs(int(image[2, 2]) - 128) <= 1


def test_sixteen_bit_colour_keeps_its_brightness(tmp_path) -> None:
    cv2 = pytest.importorskip("cv2")
    wide = np.zeros((8, 8, 3), dtype=np.uint16)
    wide[:] = (0x2000, 0x8000, 0xF000)
    path = tmp_path / "wide.png"
    assert cv2.imwrite(str(path), wide[..., ::-1])
    assert np.abs(decode(path)[0, 0].astype(int) - (0x20, 0x80, 0xF0)).max() <= 1


def test_transparent_parts_lie_on_white(tmp_path) -> None:
    rgba = np.zeros((4, 6, 4), dtype=np.uint8)
    rgba[:, :2] = (255, 0, 0, 255)
    rgba[:, 2:4] = (255, 0, 0, 128)
    for kind in ("PNG", "TIFF", "WEBP"):
        path = tmp_path / kind
        Image.fromarray(rgba).save(
            path, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {})
        )
        image = decode(path)
        assert tuple(image[0, 0]) == (255, 0, 0)
        assert np.abs(image[0, 3].astype(int) - (255, 127, 127)).max() <= 1
        assert tuple(image[0, 5]) == (255, 255, 255)
        assert probe(path).has_alpha


@pytest.mark.parametrize("mode", ["LA", "L", "1", "P", "RGBX", "CMYK", "LAB"])
def test_other_modes_open_in_their_colours(tmp_path, mode) -> None:
    if mode == "LAB":
        source = Image.new("LAB", (8, 8), (255, 128, 128))
    else:
        source = Image.new("RGB", (8, 8), (255, 255, 255)).convert(mode)
    path = tmp_path / "photo"
    source.save(path, "PNG" if mode in {"LA", "P", "1", "L"} else "TIFF")
    assert decode(path).min() >= 253


def test_palettes_and_keyed_colours_may_be_transparent(tmp_path) -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([10, 20, 30, 200, 100, 50] + [0] * 762)
    image.putpixel((0, 0), 0)
    image.save(tmp_path / "a.png", transparency=0)
    image.save(tmp_path / "a.gif", transparency=0)
    Image.new("RGB", (2, 2), (9, 8, 7)).save(tmp_path / "key.png", transparency=(9, 8, 7))
    for name in ("a.png", "a.gif"):
        decoded = decode(tmp_path / name)
        assert tuple(decoded[0, 0]) == (255, 255, 255)
        assert tuple(decoded[2, 2]) == (200, 100, 50)
    assert (decode(tmp_path / "key.png") == 255).all()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_animations_show_their_first_frame(tmp_path, kind) -> None:
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    frames = [Image.new("RGB", (16, 16), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    path = tmp_path / "moving"
    frames[0].save(path, kind, save_all=True, append_images=frames[1:])
    assert close(decode(path), np.broadcast_to(np.array([255, 0, 0]), (16, 16, 3)), within=4.0)
    assert probe(path).frames == 3


# -- colour profiles --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_the_embedded_profile_is_applied(tmp_path, kind) -> None:
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    path = tmp_path / "photo"
    Image.new("RGB", (16, 16), (250, 0, 0)).save(path, kind, icc_profile=files.swapped_red_blue_profile())
    red, green, blue = decode(path)[8, 8].astype(int)
    assert blue > 240
    assert red < 20
    assert green < 20


def test_an_srgb_profile_changes_nothing(tmp_path) -> None:
    upright = files.four_corners()
    path = tmp_path / "photo.png"
    Image.fromarray(upright).save(path, icc_profile=files.srgb_profile())
    assert (decode(path) == upright).all()


@pytest.mark.parametrize("profile", [b"nonsense", files.srgb_profile()[:200], bytes(3000)])
def test_a_broken_profile_is_ignored(tmp_path, profile) -> None:
    upright = files.four_corners()
    path = tmp_path / "photo.png"
    Image.fromarray(upright).save(path, icc_profile=profile)
    assert (decode(path) == upright).all()


def test_cmyk_uses_its_profile(tmp_path) -> None:
    profile = files.cmyk_profile((255, 128, 128), (128, 128, 128))
    path = tmp_path / "print.tif"
    image = Image.new("CMYK", (8, 8), (0, 0, 0, 0))
    image.putpixel((0, 0), (255, 0, 0, 0))
    image.save(path, icc_profile=profile)
    decoded = decode(path)
    assert decoded[4, 4].min() >= 253
    assert np.ptp(decoded[0, 0].astype(int)) <= 3, "this ink is grey by its profile, cyan without"
    assert 60 < decoded[0, 0, 0] < 200


@pytest.mark.parametrize("profile", [None, files.srgb_profile(), b"nonsense"])
def test_cmyk_without_a_profile_of_its_own_is_converted_plainly(tmp_path, profile) -> None:
    for kind, tolerance in (("TIFF", 0), ("JPEG", 6)):
        path = tmp_path / kind
        options = {"icc_profile": profile} if profile else {}
        Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(path, kind, **options)
        assert np.abs(decode(path)[8, 8].astype(int) - (255, 0, 0)).max() <= tolerance


def test_profiles_are_safe_from_many_threads(tmp_path) -> None:
    paths = []
    for index in range(6):
        path = tmp_path / f"{index}.png"
        profile = files.swapped_red_blue_profile() if index % 2 else files.srgb_profile()
        Image.fromarray(files.smooth_photo(200, 150, seed=index)).save(path, icc_profile=profile)
        paths.append(path)
    alone = [decode(path) for path in paths]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(decode, paths * 6))
    for index, image in enumerate(together):
        assert (image == alone[index % 6]).all()


# -- reduction --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("side", [1, 37, 160, 639, 640, 5000])
def test_the_long_side_is_what_was_asked_for(tmp_path, kind, side) -> None:
    photo = files.smooth_photo(640, 427)
    path = tmp_path / "photo"
    Image.fromarray(photo).save(path, kind)
    loaded = load_photo(path, max_side_px=side)
    assert max(loaded.image.shape[:2]) == min(side, 640)
    assert (loaded.width_px, loaded.height_px) == (640, 427)
    if side >= 37:
        size = (loaded.image.shape[1], loaded.image.shape[0])
        wanted = np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.BOX))
        assert close(loaded.image, wanted, within=3.0)


# -- bad files --------------------------------------------------------------------------------------------


def reason_of(path: Path) -> str:
    with pytest.raises(PhotoError) as caught:
        decode(path)
    assert caught.value.path == path
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.path, again.reason) == (path, caught.value.reason)
    return caught.value.reason


def test_reasons_are_words_for_a_person(tmp_path) -> None:
    jpeg = files.encoded(files.smooth_photo(), "JPEG", quality=90)
    cases = {
        "the file is empty": b"",
        "the file ends too early": jpeg[: len(jpeg) // 2],
        "not an image of a kind that is read here, or its header is damaged": b"hello, I am a text",
        "claims 10 billion pixels, more than the 200 million that are opened": files.png_claiming(
            10**5, 10**5
        ),
        "claims 2.5 billion pixels, more than the 200 million that are opened": files.bmp_claiming(
            50000, 50000
        ),
        "claims 4.3 billion pixels, more than the 200 million that are opened": files.gif_claiming(
            65500, 65500
        ),
        "claims 196 million pixels in 1,024 bytes": files.png_claiming(14000, 14000).ljust(1024, b"\x00"),
        "HEIC is not read; save it as JPEG first": b"\x00\x00\x00\x18ftypheic" + bytes(80),
    }
    for number, (reason, data) in enumerate(cases.items()):
        assert reason_of(files.write(tmp_path / f"{number}.jpg", data)) == reason
    assert reason_of(tmp_path / "gone.jpg") == "the file is not there any more"
    assert reason_of(tmp_path) == "this is a folder"
    png = files.encoded(files.four_corners(), "PNG")
    spoiled = png.replace(b"IDAT", b"IDAT" + bytes(20), 1)
    assert reason_of(files.write(tmp_path / "spoiled.png", spoiled)) in {
        "the file is damaged",
        "the file ends too early",
    }


def test_a_cut_colour_marker_is_refused(tmp_path) -> None:
    jpeg = files.encoded(files.four_corners(), "JPEG")
    marker = b"\xff\xee\x00\x0dAdobe\x00d@\x00\x00\x00"
    path = files.write(tmp_path / "cut.jpg", jpeg[:2] + marker + jpeg[2:])
    assert "colour marker" in reason_of(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_block(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert reason_of(tmp_path / "pipe.jpg") == "this is not a regular file"
    with pytest.raises(PhotoError):
        content_hash(tmp_path / "pipe.jpg")


def test_a_file_over_the_bound_is_refused_unread(tmp_path) -> None:
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as stream:
        stream.truncate(decoding.MAX_FILE_BYTES + 1)
    assert reason_of(path) == "the file is larger than 1024 MiB"


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch) -> None:
    path = files.write(tmp_path / "a.jpg", b"x")
    monkeypatch.setattr(Image, "open", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "denied")))
    assert reason_of(path) == "reading the file is not allowed"


KINDS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "PPM"]


@given(
    kind=st.sampled_from(KINDS),
    cut=st.floats(0.0, 1.0),
    flips=st.lists(st.tuples(st.floats(0.0, 1.0), st.integers(0, 255)), max_size=12),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_bytes_never_raise_anything_else(tmp_path, kind, cut, flips) -> None:
    data = bytearray(files.encoded(files.four_corners(), kind))
    for place, value in flips:
        data[min(len(data) - 1, int(place * len(data)))] = value
    path = files.write(tmp_path / "damaged", bytes(data[: max(1, int(cut * len(data)))]))
    for read in (probe, decode, lambda p: decode(p, max_side_px=8)):
        with contextlib.suppress(PhotoError):
            read(path)


def test_damaged_metadata_is_not_heard(tmp_path) -> None:
    """No warning gets out, whatever the filters of the process are."""
    path = tmp_path / "photo.jpg"
    broken = (
        b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02"
        + b"\x01\x0e\x00\x02\x00\x00\xff\xff\x00\x00\x00\x40" * 2
    )
    Image.fromarray(files.four_corners()).save(path, exif=broken)
    for action in ("error", "always"):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter(action)
            decode(path)
            probe(path)
        assert not heard


BOUNDED = """
import json, resource, sys, time
from pathlib import Path
from fashion_studio.imaging.decode import decode
from fashion_studio.domain.errors import PhotoError
decode(Path(sys.argv[1]))
with open("/proc/self/statm") as stream:
    used = int(stream.read().split()[0]) * resource.getpagesize()
bound = used + 64 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
answers = {}
for name in sys.argv[2:]:
    start = time.monotonic()
    try:
        answers[name] = "opened as %s" % (decode(Path(name)).shape,)
    except PhotoError as error:
        answers[name] = error.reason
    answers[name] += "" if time.monotonic() - start < 2.0 else ", slowly"
print(json.dumps(answers))
"""


def bounded_reasons(good: Path, bad: list[Path]) -> dict[str, str]:
    """Decodes in a process that may take only 64 MiB more than it has."""
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(good), *map(str, bad)],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)


needs_limits = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory limits need Linux")


@needs_limits
def test_what_a_file_claims_is_not_allocated(tmp_path) -> None:
    good = files.write(tmp_path / "good.png", files.encoded(files.four_corners(), "PNG"))
    bad = [
        files.write(tmp_path / "a.png", files.png_claiming(2**31 - 1, 2**31 - 1)),
        files.write(tmp_path / "b.png", files.png_claiming(14000, 14000)),
        files.write(tmp_path / "c.bmp", files.bmp_claiming(10**6, 10**6)),
        files.write(tmp_path / "d.gif", files.gif_claiming(65535, 65535)),
        files.write(tmp_path / "e.gif", files.gif_claiming(14000, 14000)),
        files.write(tmp_path / "f.pgm", b"P5 99999999 99999999 255\n" + bytes(100)),
        files.write(tmp_path / "g.pgm", b"P5 14000 14000 255\n" + bytes(100)),
    ]
    reasons = bounded_reasons(good, bad)
    assert all(reason.startswith("claims ") for reason in reasons.values()), reasons
    assert not any("slowly" in reason for reason in reasons.values())


# -- real files beside the checkout -----------------------------------------------------------------------


@needs_limits
def test_every_broken_file_is_refused_within_bounds(shared_data) -> None:
    bad = sorted(path for path in (shared_data / "messy" / "broken").iterdir() if path.is_file())
    reasons = bounded_reasons(shared_data / "messy" / "exif" / "Landscape_1.jpg", bad)
    assert len(reasons) >= 11
    for name, reason in reasons.items():
        assert not reason.startswith("opened"), name
        assert "slowly" not in reason
        assert "memory" not in reason


def test_the_eight_orientations_look_alike(shared_data) -> None:
    folder = shared_data / "messy" / "exif"
    for kind, size in (("Landscape", (1800, 1200)), ("Portrait", (1200, 1800))):
        images = [decode(path, max_side_px=180) for path in sorted(folder.glob(f"{kind}_*.jpg"))]
        assert len(images) == 4
        for path in folder.glob(f"{kind}_*.jpg"):
            assert (probe(path).width_px, probe(path).height_px) == size
        for image in images[1:]:
            assert close(image, images[0], within=6.0)


@pytest.mark.parametrize(
    ("name", "brightness"),
    [
        ("16bit.cropped.tif", (60, 130)),
        ("exif_gps.jpg", (0, 1)),
        ("exif_imagemagick_orientation.png", (130, 160)),
        ("exif_typeerror.jpg", (140, 170)),
        ("hopper_16bit.pgm", (75, 95)),
        ("iss634.webp", (110, 135)),
        ("mode_16bit.png", (84, 86)),
        ("pil_sample_cmyk.jpg", (10, 20)),
        ("tiff_16bit_RGB.tiff", (25, 40)),
        ("tiff_strip_cmyk_jpeg.tif", (10, 20)),
        ("transparent.webp", (195, 215)),
    ],
)
def test_the_odd_ones_open(shared_data, name, brightness) -> None:
    path = shared_data / "messy" / "odd" / name
    image = decode(path)
    info = probe(path)
    assert image.shape == (info.height_px, info.width_px, 3)
    assert brightness[0] <= image.mean() <= brightness[1]
    if "cmyk" in name:
        assert image[..., 0].mean() > 2 * image[..., 2].mean(), "the word RED is red"


# -- hash -------------------------------------------------------------------------------------------------


def test_the_hash_is_of_the_bytes_not_of_the_name(tmp_path) -> None:
    first = files.write(tmp_path / "a.jpg", bytes(range(256)) * 5000)
    second = files.write(tmp_path / "b.jpg", bytes(range(256)) * 5000)
    third = files.write(tmp_path / "c.jpg", bytes(range(256)) * 4999)
    assert content_hash(first) == content_hash(second) != content_hash(third)
    assert len(content_hash(first)) == 40
    with pytest.raises(PhotoError, match="not there"):
        content_hash(tmp_path / "gone.jpg")


# -- the camera's date ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("when", "offset", "wanted"),
    [
        ("2023:06:01 12:30:05", "+02:00", "2023-06-01T10:30:05+00:00"),
        ("2023:06:01 12:30:05\0", "", "2023-06-01T12:30:05"),
        ("0000:00:00 00:00:00", "", None),
        ("yesterday", "", None),
        (None, "+02:00", None),
    ],
)
def test_the_date_is_the_cameras_in_its_own_zone_or_this_computers(tmp_path, kind, when, offset, wanted):
    camera = {0x9003: when, 0x9011: offset or None}
    exif = Image.Exif()
    exif[ExifTags.IFD.Exif] = {tag: value for tag, value in camera.items() if value is not None}
    path = tmp_path / f"photo.{kind.lower()}"
    Image.new("RGB", (8, 6)).save(path, kind, exif=exif)
    expected = 0 if wanted is None else round(datetime.fromisoformat(wanted).timestamp() * 1e6)
    assert taken_us(path) == expected


def test_without_metadata_there_is_no_date_and_a_bad_file_says_why(tmp_path):
    plain, bad = tmp_path / "plain.png", tmp_path / "bad.jpg"
    Image.new("RGB", (8, 6)).save(plain)
    bad.write_bytes(b"no photo")
    assert taken_us(plain) == 0
    with pytest.raises(PhotoError):
        taken_us(bad)
