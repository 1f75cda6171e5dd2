"""The declared run: ``load`` reads a recipe file and gives a :class:`Recipe` whose kinds are built."""

from tutelage.recipe.changes import Change, changes
from tutelage.recipe.model import Recipe
from tutelage.recipe.reading import load, parse
from tutelage.recipe.schema import schema

__all__ = ["Change", "Recipe", "changes", "load", "parse", "schema"]
