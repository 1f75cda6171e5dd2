"""Analyses of a few made-up rows, hostile ones among them, without a parser to load."""

from __future__ import annotations

from dataclasses import replace

from tutelage.analysis.coverage import measure_coverage
from tutelage.analysis.difficulty import measure_difficulty
from tutelage.analysis.duplicates import measure_duplicates
from tutelage.analysis.overlap import measure_overlap
from tutelage.analysis.report import Analysis, Refused, Source
from tutelage.analysis.settings import AnalysisSettings
from tutelage.analysis.verb_noun import Pair, VerbNounReport
from tutelage.analysis.wording import measure_wording
from tutelage.analysis.yields import Refusal, RunFacts, StageCalls, measure_yields
from tutelage.records import Example

HOSTILE = (
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><style>*{display:none}</style>",
    "half a pair \ud83d and a null \x00",
    "\u202eturned round",
    "שלום עולם, זה טקסט ארוך",
    "请写一首关于春天的诗，并且解释它的韵律",
    "x" * 20_000,
    "{{ 7 * 7 }}{% raw %}",
)
PLAIN = tuple(f"Write {n} lines about the {place}." for n in range(3, 9) for place in ("sea", "city", "wood"))


def verbs(pairs: list[tuple[str, str, int]], unsupported: str = "") -> VerbNounReport:
    """A report of these pairs, or of none that could be parsed."""
    total = sum(count for _, _, count in pairs)
    return VerbNounReport(
        rule="compat",
        models=("model",),
        examples=total,
        parsed=total,
        pairs=tuple(Pair(*pair) for pair in sorted(pairs, key=lambda pair: (-pair[2], pair))),
        verb_only=0,
        no_verb=0,
        empty=0,
        unique=len(pairs) if pairs else None,
        mean=total / len(pairs) if pairs else None,
        std=0.5 if pairs else None,
        top15_share=1.0 if pairs else None,
        other_languages={},
        unsupported=unsupported,
    )


def analysis(
    name: str = "rows",
    texts: tuple[str, ...] = PLAIN,
    *,
    verb_noun: VerbNounReport | None = None,
    run: RunFacts | None = None,
    cells: bool = True,
    wanted: tuple[str, ...] = (),
) -> Analysis:
    """The analysis of ``texts``, each its own answer, in the cells ``topic`` and ``skills``."""
    rows = [
        Example.single_turn(
            text,
            f"Answer to: {text}",
            id=f"{name}/{place}",
            cell={"topic": texts[place // 2], "skills": f"{text} + other"} if cells else {},
        )
        for place, text in enumerate(texts)
    ]
    return Analysis(
        name=name,
        source=Source(path=name, examples=len(rows)),
        analysed=len(rows),
        verb_noun=verb_noun or verbs([("write", "line", 12), ("write", "poem", 4), ("list", "tree", 2)]),
        overlap=measure_overlap(rows),
        coverage=measure_coverage(rows, wanted={"topic": wanted} if wanted else None),
        duplicates=measure_duplicates(rows),
        wording=measure_wording(rows),
        difficulty=measure_difficulty(rows),
        yields=measure_yields(run) if run else None,
        settings=AnalysisSettings(),
        versions={"tutelage": "1", "spacy": ""},
    )


def hostile() -> Analysis:
    """An analysis in which everything that somebody may have written is hostile."""
    facts = RunFacts(
        name=HOSTILE[0],
        state=HOSTILE[1],
        reason=HOSTILE[2],
        method=HOSTILE[3],
        target=9,
        accepted=3,
        surplus=1,
        rejected={text: place + 1 for place, text in enumerate(HOSTILE)},
        refusals={text: Refusal(text, text, 0.5) for text in HOSTILE},
        stages={text: StageCalls(2, 300, 0.01, 1.5) for text in HOSTILE},
    )
    pairs = [(verb, noun, 1) for verb in HOSTILE for noun in HOSTILE[:3]]
    made = analysis(
        HOSTILE[0], HOSTILE, verb_noun=verbs(pairs, HOSTILE[1]), run=facts, wanted=HOSTILE[:2] * 2
    )
    source = Source(
        path=HOSTILE[2],
        examples=len(HOSTILE),
        unreadable=len(HOSTILE),
        refused=tuple(Refused(text, text) for text in HOSTILE),
        notes=HOSTILE,
    )
    return replace(made, source=source)
