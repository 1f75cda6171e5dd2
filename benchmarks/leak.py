"""The leak guard: what it finds, what it takes for a leak that is none, and what it costs.

    python benchmarks/leak.py --data ../shared/data

Questions are the turns of MT-Bench and the instructions of AlpacaEval. Each is planted once as it is, once in
every kind of edit (a fifth of its words, drawn by a seed; substitutes are words of other rows), and, where it
has numbers, once with those written out in English and once in Chinese. Alarms on the 5,000 Self-Instruct
rows are printed in full, to be read by a person. For the speed, questions and rows are made more by joining
the head of one to the tail of another.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from tutelage.filters.copies import CopyIndex
from tutelage.filters.filter import Gate
from tutelage.filters.leak import Leak
from tutelage.records import Example

SHARE = 0.2
QUESTIONS, ROWS = 5_000, 100_000
UNDER_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
SMALL = UNDER_TWENTY.split()
TENS = dict(
    enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2)
)
HAN = "零一二三四五六七八九"

Edit = Callable[[list[str], random.Random], list[str]]


def in_english(value: int) -> str:
    """A number below a million in words, as American English writes it."""
    if value < 20:
        return SMALL[value]
    if value < 100:
        return TENS[value // 10] + (f"-{SMALL[value % 10]}" if value % 10 else "")
    if value < 1_000:
        rest = f" and {in_english(value % 100)}" if value % 100 else ""
        return f"{SMALL[value // 100]} hundred{rest}"
    rest = f" {in_english(value % 1_000)}" if value % 1_000 else ""
    return f"{in_english(value // 1_000)} thousand{rest}"


def in_chinese(value: int) -> str:
    """A number below ten thousand in Han numerals."""
    if value == 0:
        return HAN[0]
    text, gap = "", False
    for unit, sign in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            text += ("零" if gap else "") + HAN[digit] + sign
        gap = bool(text) and not digit
    return text.removeprefix("一") if 10 <= value < 20 else text


def with_numbers(text: str, written: Callable[[int], str], most: int) -> str:
    """``text`` with its whole numbers below ``most`` written out; those inside words and decimals stay."""
    alone = re.compile(r"(?<![\w.,])\d{1,6}(?![\w]|[.,]\d)")
    return alone.sub(lambda found: written(int(found[0])) if _plain(found[0], most) else found[0], text)


def _plain(digits: str, most: int) -> bool:
    return int(digits) < most and (digits == "0" or digits[0] != "0")


def edits(vocabulary: list[str]) -> dict[str, Edit]:
    """Kinds of edit: the words at drawn places are changed."""

    def at_places(words: list[str], chance: random.Random, change: Callable[[str], list[str]]) -> list[str]:
        places = set(chance.sample(range(len(words)), max(1, round(SHARE * len(words)))))
        return [
            new for place, word in enumerate(words) for new in (change(word) if place in places else [word])
        ]

    def mixed(words: list[str], chance: random.Random) -> list[str]:
        def change(word: str) -> list[str]:
            new = chance.choice(vocabulary)
            return chance.choice(([], [new], [new, word]))

        return at_places(words, chance, change)

    return {
        "replaced": lambda words, chance: at_places(words, chance, lambda _: [chance.choice(vocabulary)]),
        "left out": lambda words, chance: at_places(words, chance, lambda _: []),
        "put in": lambda words, chance: at_places(
            words, chance, lambda word: [chance.choice(vocabulary), word]
        ),
        "all three": mixed,
    }


def caught(gate: Gate, texts: list[str]) -> float:
    """The share of ``texts`` that the gate refuses."""
    found = [gate.judge(Example.single_turn(text, "", id="planted")).keep for text in texts]
    return 1 - sum(found) / len(found)


def recall(gate: Gate, questions: list[str], vocabulary: list[str]) -> None:
    print(f"planted: {len(questions)} questions")
    print(f"  copies                      {caught(gate, questions):.4f}")
    print(f"  other case and punctuation  {caught(gate, [shouted(text) for text in questions]):.4f}")
    for name, written, most in (("English words", in_english, 10**6), ("Han numerals", in_chinese, 10**4)):
        changed = [new for text in questions if (new := with_numbers(text, written, most)) != text]
        print(
            f"  numbers in {name:<15}  {caught(gate, changed):.4f}  ({len(changed)} questions with numbers)"
        )
    for name, edit in edits(vocabulary).items():
        chance = random.Random(0)
        edited = [" ".join(edit(text.split(), chance)) for text in questions for _ in range(3)]
        print(f"  a fifth of the words {name:<9} {caught(gate, edited):.4f}  ({len(edited)} texts)")


def shouted(text: str) -> str:
    return text.upper().replace(",", " —").replace(".", "!")


def alarms(gate: Gate, rows: list[dict[str, str]]) -> None:
    examples = (
        Example.single_turn(row["instruction"], row["output"], id=str(number), input=row["input"])
        for number, row in enumerate(rows)
    )
    found = [(example, verdict) for example in examples if not (verdict := gate.judge(example)).keep]
    print(f"alarms: {len(found)} of {len(rows)} Self-Instruct rows, {len(found) / len(rows):.2%}")
    for example, verdict in found:
        print(f"  {example.id}: {example.instruction!r} {verdict.reason}, {verdict.detail}")


def grown(real: list[str], seed: int) -> Iterator[str]:
    """The real texts, then heads and tails of two of them without end."""
    yield from real
    chance = random.Random(seed)
    while True:
        head, tail = chance.choice(real).split(), chance.choice(real).split()
        cut, rest = chance.randint(1, len(head)), chance.randint(0, len(tail) - 1)
        yield " ".join(head[:cut] + tail[rest:])


def cost(questions: list[str], rows: list[str]) -> None:
    """CPU seconds of the filter from its file on, and the memory of its index."""
    many = list(islice(grown(questions, 1), QUESTIONS))
    texts = islice(grown(rows, 2), ROWS)
    examples = [Example.single_turn(text, "", id=str(number)) for number, text in enumerate(texts)]
    with tempfile.TemporaryDirectory() as folder:
        exam = Path(folder) / "exam.jsonl"
        exam.write_text("".join(json.dumps({"question": text}) + "\n" for text in many), "utf-8")
        start = time.process_time()
        guard = Leak(files=(exam,))
        gate = guard.start()
    made = time.process_time() - start
    found = sum(not gate.judge(example).keep for example in examples)
    seconds = time.process_time() - start
    words = sum(len(example.instruction.split()) for example in examples) / len(examples)
    print(f"speed: {len(examples):,} rows of {words:.0f} words against {len(many):,} questions")
    print(f"  {seconds:.1f} s CPU, of which {made:.1f} s for the index; {found} found")
    tracemalloc.start()
    index = CopyIndex(many, n=guard.n, threshold=guard.threshold)
    held, peak = (size / 2**20 for size in tracemalloc.get_traced_memory())
    print(f"  index of {len(index)} questions: {held:.0f} MB held, {peak:.0f} MB while it is made")


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of real data")
    data = parser.parse_args().data
    exams = (data / "mt-bench" / "question.jsonl", data / "alpaca-eval" / "reference_outputs.json")
    rows = lines(data / "self-instruct" / "self_instruct_5k.jsonl")
    guard = Leak(files=exams)
    gate = guard.start()
    questions = [question.text for question in guard.questions.found]
    recall(gate, questions, [word for row in rows for word in row["instruction"].split()])
    alarms(gate, rows)
    more = (
        data / "ifeval" / "input_data.jsonl",
        data / "explore-instruct" / "en_eval_set.jsonl",
        data / "math" / "MATH_eval_set_sample.jsonl",
    )
    everything = [question.text for question in Leak(files=(*exams, *more)).questions.found]
    cost(everything, [f"{row['instruction']}\n{row['input']}".strip() for row in rows])


if __name__ == "__main__":
    main()
