"""Embedders of the filter ``semantic``: texts in, vectors out.

``hashing`` needs nothing and knows nothing: texts are near when they share runs of characters. ``model2vec``
reads a folder with a static model, which knows words of like meaning.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from tutelage.errors import BadInput, MissingExtra, nearest
from tutelage.text import unicode_tokens, words

_DIMENSIONS = 4_096
_GRAMS = (3, 4, 5)  # characters


class Embedder(Protocol):
    """Turns texts into vectors of one length; the vector of a text follows from that text alone."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in order; of any length, a zero vector for a text that says nothing."""
        ...


class HashingEmbedder:
    """Character n-grams hashed into 4,096 places with a sign (Weinberger et al. 2009), 1 + log of the count.

    Lexical: it sees inflections and swapped words, not synonyms.
    """

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of 4,096 numbers, most of them zero."""
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        vector = [0.0] * _DIMENSIONS
        for gram, count in sorted(_grams(text).items()):
            name = zlib.crc32(gram.encode("utf-8", "surrogatepass"))
            sign = 1.0 if name & 1 << 31 else -1.0
            vector[name % _DIMENSIONS] += sign * (1 + math.log(count))
        return vector


def _grams(text: str) -> Counter[str]:
    """Runs of characters of each word, its ends marked; of scripts without spaces, one and two in a row."""
    grams: Counter[str] = Counter()
    before = ""
    for token in unicode_tokens(text):
        if words(token * 2) == 1:  # two of a script without spaces would be two words
            padded = f"<{token}>"
            grams.update(
                padded[at : at + size] for size in _GRAMS for at in range(max(1, len(padded) - size + 1))
            )
            before = ""
        else:
            grams[token] += 1
            if before:
                grams[before + token] += 1
            before = token
    return grams


class FolderEmbedder:
    """A static embedding model of the package ``model2vec``, read from a folder on this machine.

    Raises:
        MissingExtra: ``model2vec`` is not installed.
        BadInput: there is no such folder, or it holds no model.
    """

    def __init__(self, folder: Path) -> None:
        # A name that is no folder would be looked for on a hub.
        if not folder.is_dir():
            raise BadInput(
                f"there is no folder '{folder}'", where="semantic.model", remedy="give the folder of a model"
            )
        try:
            # Optional and heavy; by name, since type checkers seldom find it.
            model_class = importlib.import_module("model2vec").StaticModel
        except ImportError as error:
            missing = MissingExtra("the embedder 'model2vec'", extra="all", package="model2vec")
            missing.remedy = "pip install model2vec"  # it is in no extra: its models are the user's own
            raise missing from error
        try:
            self._model: Any = model_class.from_pretrained(str(folder))
        except (OSError, ValueError, KeyError) as error:
            raise BadInput(
                f"the folder '{folder}' holds no model that model2vec can read: {error}",
                where="semantic.model",
                remedy="give a folder with model.safetensors, tokenizer.json and config.json",
            ) from error

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors as long as the model makes them."""
        return [[float(value) for value in vector] for vector in self._model.encode(list(texts))]


def made(name: str, model: Path | None) -> Embedder:
    """The embedder called ``name``: ``hashing``, ``model2vec``, or ``package.module:name`` of a callable that
    gives one, called with ``model`` where that is set.

    Raises:
        BadInput: no such embedder, or one that lacks or cannot use ``model``; MissingExtra.
    """
    if name == "model2vec":
        if model is None:
            raise BadInput(
                "the embedder 'model2vec' needs a model",
                where="semantic.model",
                remedy="set model to the folder that holds it",
            )
        return FolderEmbedder(model)
    if name == "hashing":
        if model is not None:
            raise BadInput(
                f"the embedder 'hashing' has no model, but one is set: '{model}'",
                where="semantic.model",
                remedy="leave model out, or set embedder to model2vec",
            )
        return HashingEmbedder()
    return _resolved(name, model)


def _resolved(name: str, model: Path | None) -> Embedder:
    remedy = nearest(name, ["hashing", "model2vec"])
    if ":" not in name:
        raise BadInput(
            f"there is no embedder called '{name}'",
            where="semantic.embedder",
            remedy=f"{remedy}; or name your own as package.module:name",
        )
    try:
        make = pkgutil.resolve_name(name)
        embedder: Embedder = make() if model is None else make(model)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise BadInput(
            f"the embedder '{name}' cannot be made: {error}",
            where="semantic.embedder",
            remedy="name a callable that gives an object with embed(texts)",
        ) from error
    if not callable(getattr(embedder, "embed", None)):
        raise BadInput(
            f"'{name}' gives a {type(embedder).__name__}, which has no embed(texts)",
            where="semantic.embedder",
            remedy="give an object with embed(texts) -> one list of numbers a text",
        )
    return embedder
