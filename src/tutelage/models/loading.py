"""Load a model with its tokenizer and its template, from anything that ``find`` knows.

    loaded = load("smollm2")      .model .tokenizer .template .name .digest

A model is refused rather than loaded wrongly: weights that are missing would be drawn at random, and tokens
beyond the model's vocabulary would crash in the middle of a run. Code that comes with a model is never run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tutelage import plugins
from tutelage.errors import BadInput, TutelageError
from tutelage.models import dequantize, hub, libraries, precision, student
from tutelage.models.finding import Found, find
from tutelage.models.hashing import file_hash, folder_hash
from tutelage.models.quiet import quietly
from tutelage.template import reading
from tutelage.template.template import Template

_NESTED = 4  # a student of a student of a student …


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in evaluation mode, on the CPU unless a quantisation put it elsewhere.

    ``digest`` names the content of what was loaded. ``method`` is the kind whose additions hang on the
    model, and ``tuning`` that kind with its settings; plain weights have neither.
    """

    model: Any
    tokenizer: Any
    template: Template
    name: str
    digest: str
    method: str = ""
    tuning: Any = None


def load(
    model: str, *, dtype: str = "auto", template: str = "auto", options: Mapping[str, Any] = {}
) -> Loaded:
    """Load what ``model`` names.

    ``dtype`` is a name of :data:`precision.NAMES`; ``template`` is ``auto`` (the model's own, the student's,
    else alpaca), a name, or a file. ``options`` go to ``from_pretrained`` as they are.

    Raises:
        BadInput: there is no such model, it is damaged, or tokenizer and model do not fit.
        MissingExtra: the ``tune`` extra is not installed.
        TeacherRefused: it has to be fetched and cannot be.
        TutelageError: a GGUF file cannot be unpacked (full disk).
    """
    found = find(model)
    with quietly():
        return _load(found, dtype, template, options, depth=0)


def folded(loaded: Loaded) -> Loaded:
    """``loaded`` as plain weights on which something else can be tuned; its model is used up.

    Raises:
        BadInput: it is a student whose additions do not fold into the weights.
    """
    if loaded.tuning is None:
        return loaded
    if not loaded.tuning.merges:
        raise BadInput(
            f"nothing can be tuned on top of this student: what '{loaded.method}' trained stays beside the "
            "weights of its base",
            where=f"base: {loaded.name}",
            remedy="tune on that student's own base, or make it with a way that merges, such as lora",
        )
    return replace(loaded, model=loaded.tuning.merge(loaded.model), method="", tuning=None)


def digest_of(found: Found) -> str:
    """The digest that :func:`load` would give, without loading; fetches a model of the hub.

    Raises:
        BadInput, TeacherRefused: as for :func:`load`.
    """
    try:
        if found.kind == "student" and found.path is not None:
            return student.student_digest(found.path, student.read(found.path))
        if found.kind == "gguf" and found.path is not None:
            return file_hash(found.path)[:32]
        return folder_hash(folder_of(found))
    except OSError as error:
        raise BadInput(
            f"the model cannot be read: {error.strerror or error}",
            where=str(found.path or found.name),
            remedy="check who may read it",
        ) from error


def folder_of(found: Found) -> Path:
    """The folder that transformers reads: unpacked from GGUF, fetched from the hub, or as it is."""
    if found.kind == "hub":
        return hub.fetched(found.name)
    assert found.path is not None
    return dequantize.as_folder(found.path) if found.kind == "gguf" else found.path


def _load(found: Found, dtype: str, template: str, options: Mapping[str, Any], depth: int) -> Loaded:
    if found.kind == "student":
        return _load_student(found, dtype, template, options, depth)
    folder = folder_of(found)
    model, tokenizer = _from_folder(folder, dtype, options)
    return Loaded(model, tokenizer, reading.choose(template, tokenizer), found.name, digest_of(found))


def _load_student(found: Found, dtype: str, template: str, options: Mapping[str, Any], depth: int) -> Loaded:
    """The whole model of a student where there is one, else its base with what was trained attached."""
    assert found.path is not None
    described = student.read(found.path)
    if whole := student.weights(found.path):
        tokens = whole if (whole / "tokenizer_config.json").is_file() else found.path
        model, tokenizer = _from_folder(whole, dtype, options, tokens)
        loaded = Loaded(model, tokenizer, _template(described, template, tokenizer), found.name, "")
    else:
        loaded = _restored(found, described, dtype, template, options, depth)
    return replace(loaded, digest=digest_of(found))


def _restored(
    found: Found,
    described: student.Student,
    dtype: str,
    template: str,
    options: Mapping[str, Any],
    depth: int,
) -> Loaded:
    assert found.path is not None
    if depth >= _NESTED:
        raise BadInput(
            f"the student rests on a student on a student, more than {_NESTED} deep",
            where=str(found.path / student.FILE),
            remedy="merge the first of them; a student cannot be its own base",
        )
    tuning = _tuning(described, found.path)
    below = _load(find(described.base), dtype, template, {**tuning.loading(), **options}, depth + 1)
    if below.digest != described.base_digest:
        raise BadInput(
            f"the base '{described.base}' is not the one that was tuned: its digest is {below.digest[:12]}, "
            f"the student's base had {described.base_digest[:12]}",
            where=f"{found.path / student.FILE}, base",
            remedy="restore the base as it was, or tune again",
        )
    model = tuning.restore(folded(below).model, found.path / student.DELTA)
    chosen = _template(described, template, below.tokenizer)
    return Loaded(model, below.tokenizer, chosen, found.name, "", tuning.kind, tuning)


def _tuning(described: student.Student, folder: Path) -> Any:
    """The kind of tuning that made the student, with its settings."""
    settings = dict(described.method)
    cls = plugins.load("tuning", settings.pop("kind"))
    try:
        return cls(**settings)
    except (ValidationError, TypeError) as error:
        raise BadInput(
            f"the settings of '{cls.kind}' cannot be used: {str(error).splitlines()[0]}",
            where=f"{folder / student.FILE}, method",
            remedy="the student may come from another version of tutelage; tune again",
        ) from error


def _template(described: student.Student, wanted: str, tokenizer: Any) -> Template:
    """The student's own template, unless another one is asked for."""
    if wanted != "auto":
        return reading.choose(wanted, tokenizer)
    try:
        return Template.from_dict(described.template)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"the student's template cannot be read: {error}",
            where=f"{student.FILE}, template",
            remedy="tune again, or name a template",
        ) from error


def _from_folder(
    folder: Path, dtype: str, options: Mapping[str, Any], tokens: Path | None = None
) -> tuple[Any, Any]:
    """The model of ``folder`` and its tokenizer (of ``tokens``, where given), checked against one another."""
    transformers = libraries.transformers()
    wanted = precision.chosen(dtype)
    with quietly():
        tokenizer = _attempt(tokens or folder, "tokenizer", transformers.AutoTokenizer.from_pretrained)
        model, info = _attempt(
            folder,
            "model",
            transformers.AutoModelForCausalLM.from_pretrained,
            **{"dtype": wanted, "output_loading_info": True, "ignore_mismatched_sizes": True, **options},
        )
    _check_complete(info, folder)
    _check_vocabulary(model, tokenizer, folder)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model.eval(), tokenizer


def _attempt(folder: Path, what: str, read: Any, **rest: Any) -> Any:
    try:
        return read(str(folder), local_files_only=True, trust_remote_code=False, **rest)
    except (MemoryError, KeyboardInterrupt, TutelageError):
        raise
    except Exception as error:
        # What a damaged folder raises has no common class: OSError, KeyError, SafetensorError, RuntimeError.
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
        raise BadInput(
            f"the {what} cannot be loaded: {first}",
            where=str(folder),
            remedy="fetch or convert the model again; a model that brings code of its own is not loaded",
        ) from error


def _check_complete(info: Mapping[str, Any], folder: Path) -> None:
    """Refuse weights that are missing or of another shape: transformers would draw them at random."""
    if missing := sorted(map(str, info.get("missing_keys") or ())):
        raise BadInput(
            f"{len(missing)} weights are missing from the model's files, the first: {missing[0]}",
            where=str(folder),
            remedy="fetch the model again; a model without a head for text cannot write",
        )
    if wrong := sorted(map(str, info.get("mismatched_keys") or ())):
        raise BadInput(
            f"{len(wrong)} weights do not fit the model's configuration, the first: {wrong[0]}",
            where=str(folder),
            remedy="take config.json and weights from the same model",
        )


def _check_vocabulary(model: Any, tokenizer: Any, folder: Path) -> None:
    known, rows = len(tokenizer), int(model.get_input_embeddings().num_embeddings)
    if known > rows:
        raise BadInput(
            f"tokenizer and model do not belong together: the tokenizer has {known:,} tokens, "
            f"the model {rows:,} embeddings",
            where=str(folder),
            remedy="use the tokenizer that came with the model",
        )
    if tokenizer.eos_token is None:
        raise BadInput(
            "the tokenizer has no end-of-text token, so the model could never stop",
            where=str(folder),
            remedy="name one as eos_token in tokenizer_config.json",
        )
