from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from fashion_studio.domain.errors import CheckpointError, UserError
from fashion_studio.learning.style.adain_recipe import AdaInRecipe, EncoderPlan
from fashion_studio.learning.style.encoder_start import start_adain, start_encoder
from fashion_studio.zoo.bundle import load_bundle

HOUSE = Path(__file__).parents[4] / "models" / "house"


def recipe(plan: EncoderPlan, **more: object) -> AdaInRecipe:
    return AdaInRecipe("tiny", "Tiny", plan, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def vgg11(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The convolutions of timm's VGG-11 with random weights, as its own file has them."""
    torch.manual_seed(0)
    with torch.device("meta"):
        shapes = timm.create_model("vgg11", pretrained=False).state_dict()
    path = tmp_path_factory.mktemp("weights") / "vgg11.safetensors"
    save_file({n: torch.randn(v.shape) * 0.1 for n, v in shapes.items() if n.startswith("features.")}, path)
    return path


def test_a_vgg_is_cut_after_the_first_convolution_of_its_block(vgg11: Path) -> None:
    network = start_adain(recipe(EncoderPlan("vgg", backbone="vgg11", depth=3)), HOUSE, vgg11)
    assert network.spec.encoder.blocks == ((64,), (128,), (256,))
    assert network.spec.decoder == ((128,), (64,), (3,))
    assert not any(value.requires_grad for value in network.encoder.parameters())
    assert all(value.requires_grad for value in network.decoder.parameters())


def test_a_vgg_says_what_timms_says_but_for_its_borders(vgg11: Path) -> None:
    from safetensors.torch import load_file

    encoder = start_encoder(EncoderPlan("vgg", backbone="vgg11", depth=2), HOUSE, vgg11)
    with torch.device("meta"):  # its fully connected layers take their time
        layers = timm.create_model("vgg11", pretrained=False).features[:5]
    layers = layers.to_empty(device="cpu")
    state = {n.removeprefix("features."): v for n, v in load_file(vgg11).items()}
    layers.load_state_dict({name: state[name] for name in layers.state_dict()})
    images = torch.rand(1, 3, 32, 32)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    with torch.no_grad():
        theirs = layers((images - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1))
        ours = encoder(images)
    torch.testing.assert_close(ours[:, :, 2:-2, 2:-2], theirs[:, :, 2:-2, 2:-2], atol=1e-3, rtol=1e-3)


def test_the_shipped_models_stages_are_its_own_weights() -> None:
    decoder = ((8, 8), (8, 8), (8, 3))
    network = start_adain(recipe(EncoderPlan("house", stages=(0, 1)), decoder=decoder), HOUSE, None)
    trunk = load_bundle(HOUSE).two_stream.shape
    stem = network.encoder.get_submodule("backbone.conv_stem").get_parameter("weight")
    assert torch.equal(stem, trunk.get_parameter("conv_stem.weight"))
    assert network.encoder.stride == 4


def test_an_encoder_of_ones_own_learns() -> None:
    plan = EncoderPlan("own", blocks=((4, 4), (6,)), is_trained=True)
    network = start_adain(recipe(plan, loss_encoder=EncoderPlan("vgg")), HOUSE, None)
    assert all(value.requires_grad for value in network.parameters())


def test_what_cannot_begin_says_why(vgg11: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none of timm's VGGs"):
        start_encoder(EncoderPlan("vgg", backbone="resnet18"), HOUSE, vgg11)
    with pytest.raises(CheckpointError, match="not those of this encoder"):
        start_encoder(EncoderPlan("vgg", backbone="vgg13", depth=2), HOUSE, vgg11)
    with pytest.raises(UserError, match="folder of a VGG-19 pair"):
        start_encoder(EncoderPlan("pair"), HOUSE, None)
    with pytest.raises(CheckpointError, match="holds no style transfer"):
        start_encoder(EncoderPlan("pair"), HOUSE, tmp_path)
    with pytest.raises(UserError, match="knows nothing yet"):
        start_encoder(EncoderPlan("own", blocks=((4,),)), HOUSE, None)
    with pytest.raises(UserError, match="does not bring an encoder of stride 4"):
        start_adain(recipe(EncoderPlan("house"), decoder=((8,), (3,))), HOUSE, None)
