"""Predictions as bytes: zlib over msgpack, about a kilobyte a photo, back without loss."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import msgspec

from fashion_studio.domain.prediction_codec import prediction_from_dict, prediction_to_dict

if TYPE_CHECKING:
    from fashion_studio.domain.predictions import Prediction

__all__ = ["pack_prediction", "unpack_prediction"]

_FAST: Final = 1  # higher levels save 4 % and cost three times the time


def pack_prediction(prediction: Prediction) -> bytes:
    """The bytes of a prediction."""
    return zlib.compress(msgspec.msgpack.encode(prediction_to_dict(prediction)), _FAST)


def unpack_prediction(payload: bytes) -> Prediction:
    """The prediction of `pack_prediction`."""
    return prediction_from_dict(msgspec.msgpack.decode(zlib.decompress(payload)))
