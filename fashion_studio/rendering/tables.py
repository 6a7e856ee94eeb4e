"""How often each value is drawn for each category: plausible together, and none too rare to learn."""

from __future__ import annotations

from typing import Final

__all__ = ["CATEGORY_WEIGHTS", "FABRICS", "FITS", "LENGTHS", "NECKLINES", "PATTERNS", "SLEEVES"]

CATEGORY_WEIGHTS: Final = {
    "t-shirt": 1.3,
    "polo": 1.0,
    "shirt": 1.2,
    "blouse": 0.9,
    "top": 1.0,
    "undershirt": 0.9,
    "longsleeve": 1.2,
    "hoodie": 1.0,
    "blazer": 0.9,
    "outwear": 1.1,
    "dress": 1.6,
    "skirt": 1.1,
    "pants": 1.3,
    "shorts": 1.1,
    "body": 0.8,
    "hat": 0.9,
    "shoes": 1.0,
}
SLEEVES: Final[dict[str, dict[str, float]]] = {
    "t-shirt": {"short": 9.5, "three_quarter": 0.5},
    "polo": {"short": 8, "long": 1.5, "three_quarter": 0.7},
    "shirt": {"long": 5, "short": 3, "three_quarter": 2, "sleeveless": 0.4},
    "blouse": {"long": 2.5, "short": 2.5, "three_quarter": 3, "sleeveless": 1.5},
    "top": {"sleeveless": 7, "short": 2, "long": 0.6},
    "undershirt": {"sleeveless": 1},
    "longsleeve": {"long": 8, "three_quarter": 1.8},
    "hoodie": {"long": 9, "short": 0.7, "sleeveless": 0.5},
    "blazer": {"long": 7, "three_quarter": 2.5},
    "outwear": {"long": 8, "sleeveless": 2, "three_quarter": 0.5},
    "body": {"short": 4, "long": 3.5, "sleeveless": 2.5},
    "dress": {"sleeveless": 4, "short": 3, "long": 2, "three_quarter": 2},
}
NECKLINES: Final[dict[str, dict[str, float]]] = {
    "t-shirt": {"crew": 5, "v": 2.2, "square": 0.8, "other": 1.2, "high": 0.4},
    "polo": {"collar": 1},
    "shirt": {"collar": 9, "high": 0.7},
    "blouse": {"crew": 1.5, "v": 2, "square": 1.6, "collar": 1.5, "high": 1.4, "other": 2},
    "top": {"crew": 1.5, "v": 1.6, "square": 2.2, "high": 0.9, "other": 3.5},
    "undershirt": {"crew": 2.5, "v": 1.2, "other": 4, "square": 0.6},
    "longsleeve": {"crew": 4, "v": 2, "square": 0.8, "high": 2.6, "other": 1.2},
    "hoodie": {"hood": 1},
    "blazer": {"collar": 1},
    "outwear": {"hood": 3, "collar": 3, "high": 3, "v": 0.6, "crew": 0.6},
    "body": {"crew": 4, "v": 1.5, "square": 0.8, "collar": 0.8, "other": 1.5},
    "dress": {"crew": 2.5, "v": 2.2, "square": 2, "collar": 1.2, "high": 1.3, "other": 2.5},
}
LENGTHS: Final[dict[str, dict[str, float]]] = {
    "dress": {"short": 1, "knee": 1.2, "long": 1},
    "skirt": {"short": 1, "knee": 1.1, "long": 1},
    "pants": {"long": 8, "knee": 1.5},
    "shorts": {"short": 1.2, "knee": 1},
}
FITS: Final = {"tight": 3.0, "regular": 4.0, "loose": 3.0}
PATTERNS: Final = {
    "solid": 4.2,
    "striped": 1.3,
    "checked": 1.3,
    "dotted": 1.1,
    "floral": 1.2,
    "graphic": 1.3,
    "other": 1.2,
}
_SOFT: Final = {"cotton": 6.0, "knit": 1.3, "other": 1.0, "chiffon": 0.4}
FABRICS: Final[dict[str, dict[str, float]]] = {
    "t-shirt": _SOFT,
    "polo": {"cotton": 7, "knit": 2, "other": 0.8},
    "shirt": {"cotton": 5, "denim": 2.2, "chiffon": 0.6, "other": 1},
    "blouse": {"cotton": 2, "chiffon": 4, "other": 2},
    "top": {"cotton": 4, "chiffon": 2, "knit": 1.4, "other": 1.6, "leather": 0.5, "denim": 0.4},
    "undershirt": {"cotton": 7, "other": 0.6, "knit": 0.8},
    "longsleeve": {"cotton": 4, "knit": 4.5, "other": 0.8},
    "hoodie": {"cotton": 6, "other": 1.6, "knit": 1},
    "blazer": {"cotton": 4, "leather": 0.8, "other": 1.6, "denim": 0.6, "knit": 0.5},
    "outwear": {"leather": 2.6, "denim": 2.4, "other": 4, "cotton": 1.6, "knit": 0.6},
    "dress": {"cotton": 4, "chiffon": 3, "knit": 1.4, "denim": 1, "other": 1.8, "leather": 0.5},
    "skirt": {"cotton": 3, "denim": 2.2, "leather": 2, "chiffon": 2.2, "knit": 0.8, "other": 1.4},
    "pants": {"cotton": 4, "denim": 4, "leather": 1.4, "other": 1.2, "knit": 0.5},
    "shorts": {"cotton": 4.5, "denim": 3.2, "leather": 0.6, "other": 1.4},
    "body": {"cotton": 8, "knit": 1, "other": 0.6},
    "hat": {"cotton": 4, "knit": 4, "leather": 0.8, "denim": 1, "other": 1},
    "shoes": {"leather": 4, "cotton": 3, "denim": 0.8, "other": 1.4, "knit": 0.5},
}
