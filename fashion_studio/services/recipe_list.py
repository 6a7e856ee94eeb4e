"""The recipes that a person can choose a training by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.errors import UserError
from fashion_studio.learning.method_recipe import parse_method_recipe, variant_names

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.method_recipe import MethodRecipe

__all__ = ["RecipeChoice", "list_recipes", "why_not"]


@dataclass(frozen=True, slots=True)
class RecipeChoice:
    """A recipe file.

    Attributes:
        name: the file's, without its ending; what the command line takes.
        title: for people.
        variants: names of its variants; `recipe("")` is the recipe itself.
    """

    name: str
    title: str
    variants: tuple[str, ...]
    text: str

    def recipe(self, variant: str = "") -> MethodRecipe:
        """The recipe with a variant laid over it.

        Raises:
            UserError: the recipe has no such variant, or the variant cannot be used.
        """
        return parse_method_recipe(self.text, variant)


def list_recipes(folder: Path | None = None) -> list[RecipeChoice]:
    """The recipes of a folder (None: the shipped ones): those that go on from a model first, editors last.

    Files of the house model's own schema, and others that cannot be read as a method, are left out.
    """
    found: list[tuple[tuple[bool, bool], RecipeChoice]] = []
    for path in sorted((folder or resources_dir() / "recipes").glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
            recipe = parse_method_recipe(text)
            choice = RecipeChoice(path.stem, recipe.title, variant_names(text), text)
        except (OSError, UnicodeDecodeError, UserError):
            continue
        found.append(((recipe.gan is not None, recipe.base is None), choice))
    return [choice for _, choice in sorted(found, key=lambda pair: (pair[0], pair[1].title))]


def why_not(recipe: MethodRecipe, vocabulary: Vocabulary) -> str:
    """Why a recipe cannot teach this vocabulary; empty when it can."""
    missing = [name for name in recipe.heads if not vocabulary.has(name)]
    if not missing:
        return ""
    return f"learns {', '.join(missing)}, which this project's vocabulary does not have"
