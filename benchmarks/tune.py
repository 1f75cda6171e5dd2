"""``tutelage`` tuning beside a plain TRL script: speed, memory and loss on one model and rows, in one run.

    python benchmarks/tune.py --data ../shared/data/skillmix/ism_sda_heldout_k2_100.json [--model tiny]

Each side trains in a process of its own; the two take turns, ``--repeats`` times, and medians are compared.

``equal``     both get TRL's batches of 8, padded, at once, in no order of length, and no recomputing.
``defaults``  TRL as it ships (batches of 8, padded, activations computed again) beside ours as we ship.

The method (LoRA of ours), its learning rate and the rows are the same for both, and both see every row as
often. Speed is that of the updates, from the start of training to the end of the last: tokens without
padding, by the seconds of the one thread that works, or by the clock where a card does. The loss is that of
the data's last rows, which neither side trains on, measured for both by the same code. TRL ships with
bfloat16 on; where a processor has to emulate that, both compute in float32, which is faster there.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers.trainer
from transformers import TrainerCallback

from tutelage.models import libraries, loading, precision
from tutelage.models.dequantize import as_folder
from tutelage.models.finding import find
from tutelage.records import Example, Message
from tutelage.rows.formats import to_example
from tutelage.rows.reading import read_rows
from tutelage.tune.quiet import quietly
from tutelage.tune.settings import TuneSettings, tuning_of
from tutelage.tune.tokens import Row, tokenise
from tutelage.tune.training import tune

BATCH = 8  # as TRL ships
LENGTH = 1024  # tokens of a row at most: as both ship
AT_LEAST = {"equal": 0.97, "defaults": 1.5}
SHORTER = 8  # of a text, the share of a tiny model, whose tokens are letters
SQUARE = 8192  # of the matrices by which a card's peak is measured


class Stopwatch(TrainerCallback):  # type: ignore[misc,unused-ignore]  # read as Any, or as untyped
    """Seconds from the start of training to the end of the newest update."""

    began = ended = 0.0

    def on_train_begin(self, *given: Any, **rest: Any) -> None:
        Stopwatch.began = now()

    def on_step_end(self, *given: Any, **rest: Any) -> None:
        Stopwatch.ended = now()


def now() -> float:
    if precision.device() == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


def examples_of(data: Path, model: str) -> list[Example]:
    """The rows of the file; for the tiny model their heads, as long in tokens as the rows are for others."""
    found = [to_example(row.data, row.place) for row in read_rows(data)]
    if model != "tiny":
        return found

    def shorter(example: Example) -> Example:
        messages = [
            Message(each.role, each.content[: len(each.content) // SHORTER]) for each in example.messages
        ]
        return Example.single_turn(messages[-2].content, messages[-1].content, id=example.id)

    return [shorter(each) for each in found]


def folder_of(model: str, scratch: Path) -> str:
    """The folder of the model's weights."""
    if model == "tiny":
        sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
        from tiny import tiny_llama  # noqa: PLC0415 - only here are the tests on the path

        with quietly():
            return str(tiny_llama(scratch / "tiny", layers=4, width=128, vocabulary=1000))
    found = find(model)
    return str(as_folder(found.path)) if found.kind == "gguf" and found.path else str(found.path or model)


def ours(job: dict[str, Any], examples: Sequence[Example], held_out: Sequence[Example]) -> dict[str, Any]:
    """Tune by ``tutelage``."""
    passes = job["passes"]
    equal: dict[str, Any] = {"batch": BATCH, "micro_batch": BATCH, "packing": False, "schedule": "linear"}
    settings = TuneSettings(
        base=job["folder"],
        held_out=0,
        checkpoints="none",
        over_length="truncate",
        epochs=passes,
        **({**equal, "warmup": 0.0} if job["pair"] == "equal" else {}),
    )
    out = Path(job["scratch"]) / "student"
    result = tune(settings, examples, out)  # its held-out rows are those of this script
    peak = memory()
    student = loading.load(str(out), dtype="float32")
    return {**spent(result.tokens), **peak, "loss": loss_of(student, student.model, held_out)}


def plain_trl(
    job: dict[str, Any], examples: Sequence[Example], held_out: Sequence[Example]
) -> dict[str, Any]:
    """Tune as a script does that has TRL alone."""
    trl, peft, datasets = libraries.trl(), libraries.peft(), libraries.datasets()
    rows = [
        {
            "prompt": [{"role": each.role, "content": each.content} for each in example.messages[:-1]],
            "completion": [{"role": "assistant", "content": example.messages[-1].content}],
        }
        for example in examples
    ]
    bf16 = precision.has_bfloat16()
    equal = job["pair"] == "equal"
    # Ours keeps a frozen base in the type that it computes in; TRL's own way is left to it.
    shipped = {"model_init_kwargs": {"dtype": "bfloat16" if bf16 else "float32"}} if equal else {}
    config = trl.SFTConfig(
        output_dir=str(Path(job["scratch"]) / "trl"),
        num_train_epochs=job["passes"],
        learning_rate=tuning_of("lora").rate,
        bf16=bf16,
        use_cpu=precision.device() == "cpu",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        **({"gradient_checkpointing": False, **shipped} if equal else {}),
    )
    lora = peft.LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
    dataset = datasets.Dataset.from_list(rows)
    trainer = trl.SFTTrainer(model=job["folder"], args=config, train_dataset=dataset, peft_config=lora)
    tokens = sum(len(row) for row in trainer.train_dataset["input_ids"])
    trainer.train()
    peak = memory()
    base = loading.load(job["folder"], dtype="float32")
    return {**spent(tokens * job["passes"]), **peak, "loss": loss_of(base, trainer.model, held_out)}


def spent(tokens: int) -> dict[str, float]:
    seconds = Stopwatch.ended - Stopwatch.began
    return {"tokens": tokens, "seconds": seconds, "rate": tokens / seconds}


def memory() -> dict[str, float]:
    """The most gigabytes at once, of the card or else of the process."""
    if precision.device() == "cuda":
        return {"gigabytes": torch.cuda.max_memory_allocated() / 1e9}
    return {"gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def loss_of(loaded: Any, model: Any, examples: Sequence[Example]) -> float:
    """Nats a trained token."""
    rows: list[Row]
    rows, _ = tokenise(examples, loaded.template, loaded.tokenizer, max_length=LENGTH, over_length="truncate")
    model.eval()
    total = 0.0
    for row in rows:
        ids, labels = (
            torch.tensor([each], device=model.device) for each in (list(row.input_ids), list(row.labels))
        )
        with torch.no_grad():
            logits = model(input_ids=ids, use_cache=False).logits[0, :-1].float()
        total += float(torch.nn.functional.cross_entropy(logits, labels[0, 1:], reduction="sum"))
    return total / sum(row.trained for row in rows)


def child(job: dict[str, Any]) -> None:
    """One side, in this process: its figures as a line of JSON."""
    warnings.simplefilter("ignore")
    precision.use_threads(1)
    transformers.trainer.DEFAULT_CALLBACKS.append(Stopwatch)
    every = examples_of(Path(job["data"]), job["model"])
    side = ours if job["side"] == "ours" else plain_trl
    with quietly():
        figures = side(job, every[: job["rows"]], every[-job["held_out"] :])
    print(json.dumps(figures))


def asked(job: dict[str, Any]) -> dict[str, Any]:
    """Run :func:`child` in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        given = json.dumps({**job, "scratch": scratch})
        done = subprocess.run([sys.executable, __file__, "--child", given], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{job['side']} failed:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(pair: str, job: dict[str, Any], repeats: int) -> bool:
    """Print the figures of a pair; whether ours is as fast as is asked, at no higher loss."""
    sides: dict[str, list[dict[str, Any]]] = {"trl": [], "ours": []}
    for number in range(repeats):
        for side, figures in sides.items():
            figures.append(asked({**job, "pair": pair, "side": side}))
            print(f"  {pair} {number + 1} {side:<5} {figures[-1]['rate']:8,.0f} tokens/s", flush=True)
    middle = {
        side: {name: statistics.median(each[name] for each in figures) for name in figures[0]}
        for side, figures in sides.items()
    }
    for side, each in middle.items():
        print(
            f"{pair:<9} {side:<5} {each['rate']:8,.0f} tokens/s of {each['tokens']:,.0f} tokens, "
            f"peak {each['gigabytes']:.2f} GB, held-out loss {each['loss']:.4f}"
        )
    pairs = zip(sides["ours"], sides["trl"], strict=True)
    ratio = statistics.median(one["rate"] / other["rate"] for one, other in pairs)
    lost = middle["ours"]["loss"] / middle["trl"]["loss"] - 1
    memory_share = middle["ours"]["gigabytes"] / middle["trl"]["gigabytes"]
    print(
        f"{pair:<9} speed {ratio:.2f} × TRL (wanted {AT_LEAST[pair]}), memory {memory_share:.2f} ×, "
        f"loss {lost:+.2%}",
        flush=True,
    )
    if precision.device() == "cuda":
        _tell_share(job["folder"], middle["ours"]["rate"])
    return ratio >= AT_LEAST[pair]


def _tell_share(folder: str, rate: float) -> None:
    """The share of the card's matrix peak; LoRA, without weights' gradients, takes 4 operations a weight."""
    weights = sum(each.numel() for each in loading.load(folder, dtype="bfloat16").model.parameters())
    matrix = torch.randn(SQUARE, SQUARE, device="cuda", dtype=torch.bfloat16)
    matrix @ matrix
    began = now()
    for _ in range(20):
        matrix @ matrix
    peak = 20 * 2 * SQUARE**3 / (now() - began)
    print(f"          {4 * weights * rate / peak:.1%} of the card's {peak / 1e12:,.0f} TFLOP/s in bfloat16")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    data = Path("../shared/data/skillmix/ism_sda_heldout_k2_100.json")
    arguments.add_argument("--data", type=Path, default=data, help="rows of any format")
    arguments.add_argument("--model", default="smollm2", help="smollm2, tiny, a folder, a GGUF file")
    arguments.add_argument("--rows", type=int, default=32, help="trained on, from the file's start")
    arguments.add_argument("--held-out", type=int, default=8, help="for the loss, from the file's end")
    arguments.add_argument("--steps", type=int, default=0, help="TRL's updates; 0: one pass")
    arguments.add_argument("--repeats", type=int, default=5)
    arguments.add_argument("--pair", choices=[*AT_LEAST], help="one of the two alone")
    arguments.add_argument("--child", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.child:
        child(json.loads(chosen.child))
        return
    have = len(examples_of(chosen.data, chosen.model)) - chosen.held_out
    rows = min(chosen.rows, have, chosen.steps * BATCH or have)
    passes = max(1, math.floor(chosen.steps * BATCH / rows))
    numbers = "bfloat16" if precision.has_bfloat16() else "float32 (bfloat16 would be emulated)"
    print(f"{chosen.model} on {precision.device()}, {numbers}, {rows} rows, {passes} passes")
    with tempfile.TemporaryDirectory() as scratch:
        folder = folder_of(chosen.model, Path(scratch))
        job = {
            "model": chosen.model,
            "folder": folder,
            "data": str(chosen.data),
            "rows": rows,
            "held_out": chosen.held_out,
            "passes": passes,
        }
        fast = [compare(pair, job, chosen.repeats) for pair in AT_LEAST if chosen.pair in (None, pair)]
    sys.exit(0 if all(fast) else 1)


if __name__ == "__main__":
    main()
