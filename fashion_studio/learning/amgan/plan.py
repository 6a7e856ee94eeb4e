"""What a recipe says of an adversarial training: `[gan]` in the recipes `amgan*`. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from fashion_studio.learning.style.plan import ORIGINALS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PAIRED", "GanPlan", "GanWeights", "RenderingPlan", "are_adversarial", "warm_ups"]

PAIRED: Final = "paired"
"""Name of the phase that comes before the adversarial one."""

GanMethod = Literal["amgan", "stargan", "ganimation"]


@dataclass(frozen=True, slots=True)
class GanWeights:
    """Weight of each loss; 0 leaves the loss out and does not compute it.

    Attributes:
        classification, cycle, attention, perceptual: AMGAN's 1, 10, 10 and 20.
        penalty: of the gradient penalty (λ_gp); AMGAN does not state it, 10 is StarGAN's.
        mask_presence, mask_variation: GANimation's two, against masks that vanish and masks that fray.
        paired: against the true edit, where a rendering knows it; the house's own addition, not AMGAN's.
        guidance: within the paired terms, what the attribute network reads against what is to be seen.
    """

    adversarial: float = 1.0
    classification: float = 1.0
    cycle: float = 10.0
    attention: float = 10.0
    perceptual: float = 20.0
    penalty: float = 10.0
    mask_presence: float = 0.0
    mask_variation: float = 0.0
    paired: float = 0.0
    guidance: float = 0.0


@dataclass(frozen=True, slots=True)
class RenderingPlan:
    """Rendered garments, each in several values of its attributes, beside the photos of the data list.

    Attributes:
        count, first_seed: garments that are trained on; 0 for none.
        choosing_count, choosing_first_seed: other seeds, only measured on and shown on the sample sheets.
    """

    count: int = 0
    first_seed: int = 1_000_000
    choosing_count: int = 0
    choosing_first_seed: int = 5_000_000


@dataclass(frozen=True, slots=True)
class GanPlan:
    """An adversarial training of a generator that edits attributes.

    A step is one update of the discriminators; every `critic_steps`-th step also updates the generator. An
    epoch is `steps_per_epoch` steps. A recipe may begin with a phase “paired”, in which the generator alone
    learns from renderings whose true edit is known (`learning.amgan.paired`, the house's own).

    Attributes:
        attributes: what is edited: attribute to its values, all of them the vocabulary's, in channel order.
        method: "stargan" has no mask, no crop and neither attention nor perceptual loss; "ganimation" has a
            mask that is learnt without CAM, by its own two terms; both whatever the weights say.
        size_px, width, blocks, conditioning, skips, templates, judge_width, judge_layers: of the networks
            (`zoo.amgan.AmganConfig`).
        margin: how much wider than the garment's box the square is that is cut out, as a share of the box's
            longer side, on each side.
        critic_steps: updates of the discriminators for each of the generator.
        sample_every: steps between sample sheets.
        crop_judge: whether there is a discriminator of the attended crop (D_C).
        crop_threshold: a > threshold · max(a) is attended.
        crop_min_share: least side of the crop, as a share of the picture's.
        cam_label: whose CAM the mask is pulled to: of the value that is there, or of the one that is wanted.
            The paper's text allows both.
        mask: "cam" puts the CAM in the place of the generator's own mask (an ablation of the paper).
        photo_share: share of photos in a batch where there are photos and renderings.
        guide_px: side that pictures are brought to for the attribute network; 0 for its own.
        measured: at most so many held-out pictures are measured after each epoch.
    """

    attributes: Mapping[str, tuple[str, ...]]
    method: GanMethod = "amgan"
    size_px: int = 128
    width: int = 64
    blocks: int = 6
    conditioning: Literal["concat", "film"] = "concat"
    skips: bool = False
    templates: int = 0
    judge_width: int = 64
    judge_layers: int = 6
    margin: float = 0.15
    critic_steps: int = 5
    steps_per_epoch: int = 2_000
    sample_every: int = 2_000
    crop_judge: bool = True
    crop_threshold: float = 0.5
    crop_min_share: float = 0.25
    cam_label: Literal["source", "target"] = "source"
    mask: Literal["learned", "cam"] = "learned"
    photo_share: float = 0.5
    guide_px: int = 0
    measured: int = 64
    weights: GanWeights = field(default_factory=GanWeights)
    renderings: RenderingPlan = field(default_factory=RenderingPlan)

    @property
    def has_mask(self) -> bool:
        """Whether the edited picture is composed through a mask."""
        return self.method != "stargan"

    @property
    def judges_crop(self) -> bool:
        """Whether there is a D_C."""
        return self.method == "amgan" and self.crop_judge

    @property
    def follows_cam(self) -> bool:
        """Whether there is an attention loss; where the CAM is the mask, nothing is left to pull."""
        return self.method == "amgan" and self.mask == "learned" and self.weights.attention > 0

    @property
    def compares_features(self) -> bool:
        """Whether there is a perceptual loss."""
        return self.method == "amgan" and self.weights.perceptual > 0

    @property
    def uses_cam(self) -> bool:
        """Whether the CAM of the attribute network is asked for."""
        return self.follows_cam or self.mask_is_cam

    @property
    def mask_is_cam(self) -> bool:
        """Whether the CAM takes the mask's place."""
        return self.method == "amgan" and self.mask == "cam"

    def problems(self) -> list[str]:
        """What is wrong with it, a sentence each."""
        found = {
            "[gan.attributes] names nothing to edit.": not self.attributes,
            "Each edited attribute needs at least two values.": any(
                len(values) < 2 for values in self.attributes.values()
            ),
            "size_px has to be a multiple of 4 and at least 16.": self.size_px % 4 != 0 or self.size_px < 16,
            "critic_steps, steps_per_epoch and sample_every have to be at least 1.": min(
                self.critic_steps, self.steps_per_epoch, self.sample_every
            )
            < 1,
            "photo_share has to lie between 0 and 1.": not 0 <= self.photo_share <= 1,
            "crop_threshold and crop_min_share have to lie between 0 and 1.": not (
                0 < self.crop_threshold < 1 and 0 < self.crop_min_share <= 1
            ),
        }
        return [sentence for sentence, wrong in found.items() if wrong]


def warm_ups(phases: Sequence[str]) -> int:
    """How many of these phases come before the adversarial one: 1 with a paired one in front, else 0."""
    return int(len(phases) > 1 and phases[0] == PAIRED)


def are_adversarial(phases: Sequence[str]) -> bool:
    """Whether they are the paired phase or none, one of any name, and the one on the originals or none."""
    rest = phases[warm_ups(phases) :]
    return len(rest) == 1 or (len(rest) == 2 and rest[1] == ORIGINALS)
