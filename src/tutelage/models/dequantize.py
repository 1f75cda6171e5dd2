"""A GGUF file as an ordinary folder of safetensors, made once and kept: that is what torch can train.

transformers reads the blocks of a GGUF file, but slowly, and flags the model as quantized, which its trainer
refuses. So the file is unpacked once (``GgufConfig(dequantize=True)``) into ``…/converted/NAME-HASH``. Name
and hash are of the content: another file is another folder, the same one elsewhere is not. A folder appears
under its name only when all of it is written, so that no half of one is ever used.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, TutelageError
from tutelage.models import embedded, libraries
from tutelage.models.gguf_header import check
from tutelage.models.hashing import file_hash
from tutelage.models.locks import alone
from tutelage.models.quiet import quietly

Say = Callable[[str], None]
_ODD = re.compile(r"\W+", re.ASCII)
_FORM = "1"  # of what is written; another one makes folders of its own


def converted_folder() -> Path:
    """Where unpacked models are kept, beside the fetched ones."""
    return embedded.cache_folder().parent / "converted"


def as_folder(gguf: Path, *, say: Say | None = None) -> Path:
    """The folder with the weights of ``gguf`` in 32 bits, its tokenizer and its chat template.

    ``say`` hears a line where the file is not unpacked yet, which takes a while; without it stderr does.

    Raises:
        BadInput: it is no GGUF file, is damaged, or is of an architecture that transformers cannot read.
        MissingExtra: the ``tune`` extra is not installed.
        TutelageError: the folder cannot be written (full disk).
    """
    named = str(check(gguf).fields.get("general.name") or "model")
    folder = converted_folder()
    target = folder / f"{_ODD.sub('-', named)[:60]}-{file_hash(gguf)[:16]}-{_FORM}"
    if target.is_dir():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / f"{target.name}.lock"):
            if not target.is_dir():  # another process may have made it while this one waited
                _make(gguf, folder, target, say or _say)
    except OSError as error:
        raise _not_written(error, folder) from error
    return target


def _make(gguf: Path, folder: Path, target: Path, say: Say) -> None:
    say(f"unpacking {gguf.name} (once) into {target} …")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unpack-", ignore_cleanup_errors=True) as scratch:
        inside = Path(scratch) / "model"
        inside.mkdir()
        model, tokenizer = _read(gguf)
        try:
            with quietly():
                model.save_pretrained(inside)
                tokenizer.save_pretrained(inside)
        except Exception as error:
            # safetensors raises a class of its own for a full disk
            raise _not_written(error, folder) from error
        os.replace(inside, target)


def _read(gguf: Path) -> tuple[Any, Any]:
    """Model and tokenizer of the file, in 32 bits."""
    transformers, torch = libraries.transformers(), libraries.torch()
    libraries.gguf()  # transformers needs it, and says so less clearly
    place = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    try:
        with quietly(), _without_bar():
            tokenizer = transformers.AutoTokenizer.from_pretrained(**place)
            model = transformers.AutoModelForCausalLM.from_pretrained(
                **place,
                quantization_config=transformers.GgufConfig(dequantize=True),
                dtype=torch.float32,
            )
    except MemoryError:
        raise
    except Exception as error:
        # A damaged file raises nearly anything, out of three packages.
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
        raise BadInput(
            f"the GGUF file cannot be unpacked: {first}",
            where=f"model: {str(gguf)!r}",
            remedy="the file may be damaged, or of an architecture that transformers cannot read from GGUF; "
            "give the folder of the original model",
        ) from error
    return model, tokenizer


@contextmanager
def _without_bar() -> Iterator[None]:
    """transformers draws a bar of its own over the tensors, which none of its switches turns off."""
    reader: Any = importlib.import_module("transformers.modeling_gguf_pytorch_utils")
    bar = reader.tqdm
    reader.tqdm = lambda tensors, **named: tensors
    try:
        yield
    finally:
        reader.tqdm = bar


def _not_written(error: BaseException, folder: Path) -> TutelageError:
    reason = (getattr(error, "strerror", None) or str(error)).splitlines()[0][:300]
    return TutelageError(
        f"the unpacked model cannot be kept: {reason}",
        where=str(folder),
        remedy="free some space there, or point TUTELAGE_CACHE to another folder",
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  (progress, before any display exists)
