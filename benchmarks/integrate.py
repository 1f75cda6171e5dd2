"""What a rendering costs: 20,000 rows through a template, in CPU seconds, beside plain Jinja2.

    python benchmarks/integrate.py [--rows 20000]

Three measurements of the same rows and the same template:

    plain     jinja2.Environment without a sandbox: the yardstick
    template  our sandbox: strict fields, guarded labels, counted steps, choices split off
    method    the whole way: file read, item made, rendered, example with its lineage

CPU seconds depend little on what else the machine does. The second must stay below 2 s for 20,000 rows.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment

from tutelage.methods.integrate import Integrate
from tutelage.methods.method import Materials, State
from tutelage.methods.templating.template_sandbox import SEPARATOR
from tutelage.methods.templating.templates import Template

TARGET = 2.0  # CPU seconds for 20,000 renderings
CHOICES = "World ||| Sport ||| Business ||| Science"
TEXT = "{{ text }}\n\nWhich label fits the text above?\n|||{{ answer_choices[label] }}"
OWN = f"""\
news:
  prompt: "{{{{ text }}}}\\n\\nWhich label fits the text above?"
  target: "{{{{ answer_choices[label] }}}}"
  choices: "{CHOICES}"
"""


def seconds(work: Callable[[], int], rows: int) -> float:
    """CPU seconds of ``work``, which returns how many it rendered."""
    began = time.process_time()
    done = work()
    spent = time.process_time() - began
    assert done == rows, f"{done} of {rows} rendered"
    return spent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    count = parser.parse_args().rows
    rows = [{"text": f"{'An article of some length. ' * 12}{n}", "label": n % 4} for n in range(count)]

    def plain() -> int:
        template = Environment().from_string(TEXT)
        choices = [each.strip() for each in CHOICES.split("|||")]
        return sum(len(template.render(**row, answer_choices=choices).split("|||")) == 2 for row in rows)

    def ours() -> int:
        template = Template("news", TEXT, CHOICES, own=False, bars="text")
        chance = random.Random(1)
        return sum(SEPARATOR not in template.render(row, chance).prompt for row in rows)

    with tempfile.TemporaryDirectory() as folder:
        data, templates = Path(folder, "news.csv"), Path(folder, "own.yaml")
        data.write_text("text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in rows), "utf-8")
        templates.write_text(OWN, "utf-8")

        def whole() -> int:
            method = Integrate(data_file=data, templates_file=templates)
            return sum(len(method.rendered(item)) for item in method.plan(0, State(1, count, Materials())))

        spent = {
            "plain": seconds(plain, count),
            "template": seconds(ours, count),
            "method": seconds(whole, count),
        }
    for name, each in spent.items():
        cost = f"{each / count * 1e6:6.1f} µs each, {each / spent['plain']:5.1f} × plain"
        print(f"{name:10}{each:6.2f} s CPU for {count:,} rows, {cost}")
    bound = TARGET * count / 20_000
    print(f"target: template below {bound:.2f} s: {'met' if spent['template'] < bound else 'MISSED'}")


if __name__ == "__main__":
    main()
