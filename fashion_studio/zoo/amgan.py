"""The networks of AMGAN (Ak et al., ICCV 2019): a generator with an attention mask, and two discriminators.

The generator answers a picture z and a one-channel mask a; the edited picture is x* = a·z + (1 - a)·x. One
discriminator judges the whole picture, the other the crop where the mask is. With `conditioning="concat"` and
neither `skips` nor `templates` it is the paper's generator (StarGAN's body plus the mask); these and "film"
are the house's own.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import torch
from torch import Tensor, nn

from fashion_studio.domain.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AmganConfig", "Discriminator", "Generator", "Judgement", "compose", "edited_value"]

_LEAK: Final = 0.01


@dataclass(frozen=True, slots=True)
class AmganConfig:
    """One generator and what it may edit.

    Attributes:
        attributes: name to its values, in channel order. N values in all, M attributes.
        size_px: side of the square pictures.
        width: channels of the first layer (the paper's 64).
        blocks: residual blocks at a quarter of the size (the paper's 6).
        conditioning: how the target enters: "concat" as N + M constant planes beside the picture, as in the
            paper; "film" as a gain and a shift after every instance norm. A constant plane is what an
            instance norm takes away, so that "concat" learns from its zero-padded border alone.
        skips: hands the encoder's maps to the decoder, so that z keeps the picture's detail.
        templates: learnt planes of their own for every value, seen by the first and the last layer of an edit
            to that value; 0 is the paper's. Without them the middle of a plain garment does not tell where in
            the square it lies, so that no motif can be drawn there.
        attention: False is StarGAN: no mask, x* = z.
        judge_width: channels of the discriminators' first layer (the paper's 64).
        judge_layers: stride-2 convolutions of the discriminator of the whole picture; the crop's has two
            less.
    """

    attributes: Mapping[str, tuple[str, ...]]
    size_px: int = 128
    width: int = 64
    blocks: int = 6
    conditioning: Literal["concat", "film"] = "concat"
    skips: bool = False
    templates: int = 0
    attention: bool = True
    judge_width: int = 64
    judge_layers: int = 6

    @property
    def values(self) -> int:
        """N: all values of all attributes."""
        return sum(len(names) for names in self.attributes.values())

    def slice_of(self, attribute: str) -> slice:
        """Where the attribute's values lie among the N.

        Raises:
            KeyError: the generator does not edit this attribute.
        """
        start = 0
        for name, names in self.attributes.items():
            if name == attribute:
                return slice(start, start + len(names))
            start += len(names)
        raise KeyError(attribute)

    def target(self, values: Mapping[str, str]) -> Tensor:
        """The N-vector (float32, 0 or 1) of the named values; attributes that are left out stay 0 (unknown).

        Raises:
            KeyError: an attribute that the generator does not edit.
            ValueError: a value that the attribute has not.
        """
        vector = torch.zeros(self.values)
        for attribute, value in values.items():
            if value not in self.attributes.get(attribute, (value,)):
                msg = f"{attribute} has no value “{value}” here."
                raise ValueError(msg)
            vector[self.slice_of(attribute).start + self.attributes[attribute].index(value)] = 1.0
        return vector

    def edited(self, attribute: str) -> Tensor:
        """The M-vector r: one-hot of the attribute that is edited.

        Raises:
            ValueError: the generator does not edit this attribute.
        """
        vector = torch.zeros(len(self.attributes))
        vector[list(self.attributes).index(attribute)] = 1.0
        return vector

    @property
    def crop_px(self) -> int:
        """Side of the crop that D_C sees: half the picture's, as in the paper."""
        return self.size_px // 2


def compose(images: Tensor, picture: Tensor, mask: Tensor) -> Tensor:
    """x* = a·z + (1 - a)·x (AMGAN, equation 1).

    Args:
        images: x, (B, 3, S, S), -1 to 1.
        picture: z, of the same shape and range.
        mask: a, (B, 1, S, S), 0 to 1.
    """
    return mask * picture + (1 - mask) * images


def edited_value(config: AmganConfig, target: Tensor, edited: Tensor) -> list[tuple[str, str]]:
    """For each row the attribute that is edited and its wanted value, from (B, N) and (B, M)."""
    names = list(config.attributes)
    found = []
    for values, which in zip(target, edited, strict=True):
        name = names[int(which.argmax())]
        found.append((name, config.attributes[name][int(values[config.slice_of(name)].argmax())]))
    return found


class _Norm(nn.Module):
    """Instance norm; with a condition its gain and shift also depend on that."""

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.norm = nn.InstanceNorm2d(channels, affine=True)
        self.film = nn.Linear(condition, 2 * channels) if condition else None
        if self.film is not None:
            nn.init.normal_(self.film.weight, std=0.02)
            nn.init.zeros_(self.film.bias)

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        normed: Tensor = self.norm(maps)
        if self.film is None:
            return normed
        gain, shift = self.film(condition)[:, :, None, None].chunk(2, dim=1)
        modulated: Tensor = normed * (1 + gain) + shift
        return modulated


class _Layer(nn.Module):
    """A convolution, a norm, and ReLU where `active`."""

    def __init__(self, convolution: nn.Module, channels: int, condition: int, *, active: bool = True) -> None:
        super().__init__()
        self.convolution = convolution
        self.norm = _Norm(channels, condition)
        self.active = active

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        maps = self.norm(self.convolution(maps), condition)
        return torch.relu(maps) if self.active else maps


class _Residual(nn.Module):
    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.first = _Layer(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), channels, condition)
        self.second = _Layer(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), channels, condition, active=False
        )

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        out: Tensor = maps + self.second(self.first(maps, condition), condition)
        return out


class Generator(nn.Module):
    """7x7 convolution, two halvings, residual blocks, two doublings, then z (tanh) and a (sigmoid).

    Zero padding throughout: with reflection padding an instance norm would take the constant planes of the
    condition away entirely (StarGAN's own comment).
    """

    def __init__(self, config: AmganConfig) -> None:
        super().__init__()
        self.config = config
        film = config.values + len(config.attributes) if config.conditioning == "film" else 0
        planes = 0 if film else config.values + len(config.attributes)
        planes += config.templates
        width, skip = config.width, int(config.skips)
        self.stem = _Layer(nn.Conv2d(3 + planes, width, 7, 1, 3, bias=False), width, film)
        self.down = nn.ModuleList(
            _Layer(nn.Conv2d(c, 2 * c, 4, 2, 1, bias=False), 2 * c, film) for c in (width, 2 * width)
        )
        self.body = nn.ModuleList(_Residual(4 * width, film) for _ in range(config.blocks))
        self.up = nn.ModuleList(
            _Layer(
                nn.ConvTranspose2d(c * (1 + skip), c // 2, 4, 2, 1, bias=False),
                c // 2,
                film,
            )
            for c in (4 * width, 2 * width)
        )
        last = width * (1 + skip) + config.templates
        self.picture = nn.Conv2d(last, 3, 7, 1, 3, bias=False)
        self.mask = nn.Conv2d(last, 1, 7, 1, 3) if config.attention else None
        shape = (config.values, config.templates, config.size_px, config.size_px)
        self.templates = nn.Parameter(torch.zeros(shape)) if config.templates else None

    def forward(self, images: Tensor, target: Tensor, edited: Tensor) -> tuple[Tensor, Tensor]:
        """One pass.

        Args:
            images: (B, 3, S, S), -1 to 1, sRGB.
            target: (B, N), the wanted values; 0 throughout an attribute that is not known.
            edited: (B, M), one-hot of the attribute that is edited.

        Returns:
            z (B, 3, S, S), -1 to 1, and a (B, 1, S, S), 0 to 1 (1 everywhere without attention).
        """
        condition = torch.cat([target, edited], dim=1)
        maps = images
        if self.config.conditioning == "concat":
            planes = condition[:, :, None, None].expand(-1, -1, *images.shape[2:])
            maps = torch.cat([images, planes], dim=1)
        own = self._templates_of(target, edited)
        if own is not None:
            maps = torch.cat([maps, own], dim=1)
        seen = [self.stem(maps, condition)]
        for layer in self.down:
            seen.append(layer(seen[-1], condition))
        maps = seen[-1]
        for block in self.body:
            maps = block(maps, condition)
        for layer in self.up:
            maps = layer(self._joined(maps, seen.pop()), condition)
        maps = self._joined(maps, seen.pop())
        if own is not None:
            maps = torch.cat([maps, own.to(maps.dtype)], dim=1)
        picture = torch.tanh(self.picture(maps))
        if self.mask is None:
            return picture, torch.ones_like(picture[:, :1])
        return picture, torch.sigmoid(self.mask(maps))

    def _templates_of(self, target: Tensor, edited: Tensor) -> Tensor | None:
        """(B, templates, S, S): those of the wanted value of the edited attribute."""
        if self.templates is None:
            return None
        sizes = torch.tensor(
            [len(values) for values in self.config.attributes.values()], device=edited.device
        )
        wanted = target * edited.repeat_interleave(sizes, dim=1)
        return torch.einsum("bn,ntij->btij", wanted, self.templates)

    def _joined(self, maps: Tensor, skipped: Tensor) -> Tensor:
        return torch.cat([maps, skipped], dim=1) if self.config.skips else maps


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a discriminator says.

    Attributes:
        realness: (B, 1, h, w), one score per patch (Wasserstein: unbounded).
        logits: attribute name to (B, values).
    """

    realness: Tensor
    logits: Mapping[str, Tensor]


class Discriminator(nn.Module):
    """PatchGAN with a head for each attribute; no norm, since the gradient penalty is per picture.

    Args:
        config: the generator's.
        side_px: side of what it judges: the picture's, or the crop's.
        layers: stride-2 convolutions.
    """

    def __init__(self, config: AmganConfig, side_px: int, layers: int) -> None:
        super().__init__()
        self.names: Sequence[str] = tuple(config.attributes)
        body: list[nn.Module] = []
        channels = 3
        for k in range(layers):
            width = config.judge_width * 2**k
            body += [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(_LEAK)]
            channels = width
        self.body = nn.Sequential(*body)
        side = side_px
        for _ in range(layers):
            side = side // 2
        if side < 1:
            msg = f"{layers} halvings leave nothing of {side_px} pixels; take fewer judge layers."
            raise CheckpointError(msg)
        self.realness = nn.Conv2d(channels, 1, 3, 1, 1, bias=False)
        self.heads: Any = nn.ModuleDict(
            {
                name: nn.Conv2d(channels, len(values), side, bias=False)
                for name, values in config.attributes.items()
            }
        )

    @classmethod
    def of_picture(cls, config: AmganConfig) -> Discriminator:
        """D_I: judges the whole picture."""
        return cls(config, config.size_px, config.judge_layers)

    @classmethod
    def of_crop(cls, config: AmganConfig) -> Discriminator:
        """D_C: judges the attended crop, with two convolutions fewer."""
        return cls(config, config.crop_px, config.judge_layers - 2)

    def forward(self, images: Tensor) -> Judgement:
        """Judges (B, 3, side, side) pictures, -1 to 1."""
        maps = self.body(images)
        return Judgement(
            self.realness(maps), {name: self.heads[name](maps).flatten(1) for name in self.names}
        )
