"""The report as one page that needs nothing else: no network, no script, light and dark, printable.

render_page([analysis, …])  → HTML          figures_of(analysis) → the drawings, each a file of its own

How it is escaped, styled and shut off from the network is :mod:`tutelage.pages.shell`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutelage.analysis import page_figures, page_tables
from tutelage.analysis.coverage import LISTED
from tutelage.analysis.report import Analysis
from tutelage.charts import key_of, number
from tutelage.pages import shell

TEMPLATE = "page.html.jinja"
SECTIONS = {
    "glance": "At a glance",
    "verb-noun": "Verbs and nouns",
    "overlap": "Overlap",
    "lengths": "Lengths",
    "coverage": "Coverage",
    "duplicates": "Near-duplicates",
    "wording": "Languages and wording",
    "difficulty": "Difficulty",
    "yield": "Yield and rejections",
    "examples": "Examples by cell",
}


def render_page(analyses: Sequence[Analysis]) -> str:
    """All of ``analyses`` side by side, in their order, as one self-contained HTML page. Equal analyses give
    equal bytes; the text can be written as UTF-8."""
    keys = _keys(analyses)
    return shell.render(
        "tutelage.analysis",
        TEMPLATE,
        title="Report on " + " and ".join(each.name for each in analyses),
        sections=SECTIONS.items(),
        inputs=[_input(place, each) for place, each in enumerate(analyses)],
        glance=page_tables.glance(analyses),
        tables=page_tables.tables(analyses),
        figures=page_figures.shared(analyses),
        keys=[_key(analyses, key) for key in keys],
    )


def figures_of(analysis: Analysis) -> Mapping[str, str]:
    """The drawings of one input by name, each an SVG file of its own; what has no data has none. Names are
    fit for files: small letters, digits and hyphens."""
    told = {"verbs": page_figures.ring_of(analysis), **page_figures.shared([analysis])}
    found = {name.replace("_", "-"): svg for name, svg in told.items()}
    for key, name in page_figures.file_names(list(analysis.coverage.keys)).items():
        found[f"coverage-{name}"] = page_figures.value_bars([analysis], key)
        found[f"coverage-ranks-{name}"] = page_figures.value_ranks([analysis], key)
    return {name: svg for name, svg in found.items() if svg}


def _keys(analyses: Sequence[Analysis]) -> list[str]:
    """The keys of all cells, in the order in which they first occur."""
    return list(dict.fromkeys(key for each in analyses for key in each.coverage.keys))


def _input(place: int, analysis: Analysis) -> dict[str, Any]:
    """What the page says of one input by itself."""
    source, facts = analysis.source, analysis.yields.facts if analysis.yields else None
    rejected = sorted(facts.rejected.items(), key=lambda each: (-each[1], each[0])) if facts else []
    return {
        "key": key_of(place),
        "name": analysis.name,
        "analysis": analysis,
        "told": _told(analysis),
        "notes": source.notes,
        "refused": source.refused,
        "unreadable": source.unreadable,
        "sunburst": page_figures.ring_of(analysis),
        "stages": facts.stages if facts else {},
        "rejected": [(reason, count, facts.refusals.get(reason)) for reason, count in rejected]
        if facts
        else [],
        "settings": analysis.settings.model_dump(mode="json"),
    }


def _told(analysis: Analysis) -> str:
    """How much was read, and what was not."""
    source = analysis.source
    parts = [
        f"examples: {number(source.examples)}",
        f"measured in a sample of {number(analysis.analysed)}" if analysis.analysed < source.examples else "",
        f"rows that are no examples: {number(source.unreadable)}" if source.unreadable else "",
        f"repaired, of half a surrogate pair: {number(source.repaired)}" if source.repaired else "",
    ]
    return "; ".join(filter(None, parts))


def _key(analyses: Sequence[Analysis], key: str) -> dict[str, Any]:
    """What the page says of one key of the cells."""
    return {
        "name": key,
        "bars": page_figures.value_bars(analyses, key),
        "ranks": page_figures.value_ranks(analyses, key),
        "rows": page_tables.coverage_rows(analyses, key),
        "missing": list(_missing(analyses, key)),
        "shown": list(_shown(analyses, key)),
    }


def _missing(analyses: Sequence[Analysis], key: str) -> Iterator[dict[str, Any]]:
    for place, each in enumerate(analyses):
        found = each.coverage.keys.get(key)
        if found and found.wanted and found.wanted.missing:
            missing = found.wanted.missing
            yield {"place": place, "count": len(missing), "names": missing[:LISTED]}


def _shown(analyses: Sequence[Analysis], key: str) -> Iterator[dict[str, Any]]:
    for place, each in enumerate(analyses):
        found = each.coverage.keys.get(key)
        if found and any(found.shown.values()):
            counts = dict(found.counts)
            values = [(value, counts.get(value, 0), told) for value, told in found.shown.items() if told]
            yield {"place": place, "told": values}
