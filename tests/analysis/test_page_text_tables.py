from __future__ import annotations

from dataclasses import replace

from analyses import PLAIN, analysis, verbs
from tutelage.analysis.page_text_tables import (
    duplicate_rows,
    length_rows,
    overlap_rows,
    verb_noun_rows,
    wording_rows,
)
from tutelage.pages.cells import Cell, Row

CHINESE = tuple(f"请写一首关于{season}天的诗。" for season in "春夏秋冬")


def told(rows: tuple[Row, ...]) -> dict[str, list[str]]:
    return {row.label: [cell.text for cell in row.cells] for row in rows}


def test_pairs_that_nobody_could_parse_are_no_noughts() -> None:
    cells = [row.cells[0] for row in verb_noun_rows([analysis(verb_noun=verbs([], "18 in zh"))])]
    assert cells == [Cell("18 in zh", absent=True)] * len(cells)


def test_a_parser_that_found_no_pair_is_told_apart() -> None:
    nothing = replace(verbs([]), parsed=5, unique=0)
    rows = told(verb_noun_rows([analysis(verb_noun=nothing)]))
    assert rows["unique verb-noun pairs"] == ["0"]
    assert rows["occurrences of a pair"] == ["no pair was found"]
    assert rows["instructions with a pair"] == ["0%"]


def test_an_interval_stands_where_pairs_were_drawn_alone() -> None:
    made = analysis()
    overlap = replace(made.overlap, mean=0.5, interval=(0.4, 0.6), every_pair=False)
    drawn = replace(made, overlap=overlap)
    every = replace(made, overlap=replace(overlap, every_pair=True))
    label = "mean ROUGE-L of two instructions"
    assert told(overlap_rows([drawn, every]))[label] == ["0.5 [0.4, 0.6]", "0.5"]


def test_one_instruction_overlaps_with_none() -> None:
    [cell] = overlap_rows([analysis(texts=PLAIN[:1])])[0].cells
    assert cell.absent
    assert cell.text


def test_repeats_are_counted_and_shared_out() -> None:
    rows = told(duplicate_rows([analysis(texts=(*CHINESE, CHINESE[0])), analysis(texts=())]))
    assert rows["equal instructions"] == ["1 (20%)", "no rows"]
    assert rows["rows equal to an earlier one"] == ["1 (20%)", "no rows"]
    assert rows["threshold"][0] == "0.7 (unicode)"


def test_lengths_tell_empty_texts_apart() -> None:
    rows = told(length_rows([analysis(texts=("one two", "one two", ""))]))
    assert rows["words of the instruction"] == ["2 (2 to 2)"]
    assert rows["rows with an empty instruction"] == ["1"]
    assert rows["rows with an empty input"] == ["3"]


def test_chinese_has_languages_and_sentences_but_no_school_grade() -> None:
    rows = told(wording_rows([analysis(texts=CHINESE)]))
    assert rows["languages of the instructions"] == ["zh 100%"]
    assert rows["characters of a sentence in the instructions"] == ["zh: 10 (10 to 10)"]
    assert "English alone" in rows["reading level of the instructions"][0]
