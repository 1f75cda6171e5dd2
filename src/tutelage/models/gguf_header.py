"""The first bytes of a GGUF file, read without any package: is it one, and is all of it there?

    magic "GGUF" · version u32 · number of tensors u64 · number of fields u64
    fields (key, type, value) … · tensors (name, shape, type, offset) … · padding · data

After the published format (ggml-org, "GGUF", versions 2 and 3). A download that was cut off, or a page of
HTML with the right name, is told here; the packages that read the file later fail with a traceback.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tutelage.errors import BadInput

MAGIC = b"GGUF"
_SCALARS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9
_MOST = 1 << 26  # no string, array or count of a header is longer; more means damage
_DIMENSIONS = 8
_REMEDY = "fetch or convert the file again, and compare its size and hash with the source's"


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says of itself: its fields (arrays left out as ``None``), and how much there must be.

    ``data`` is where tensors begin and ``last`` where the last one begins, both in bytes from the start.
    """

    version: int
    tensors: int
    fields: dict[str, Any]
    data: int
    last: int


class _Damaged(ValueError):
    """The header cannot be what was written."""


def check(path: Path) -> Header:
    """The header of ``path``, after checking that the file is as long as it says, up to its last tensor.

    Raises:
        BadInput: it is no GGUF file, is damaged or cut off.
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != MAGIC:
            raise BadInput("this is no GGUF file", where=f"model: {str(path)!r}", remedy=_REMEDY)
        try:
            header = _read(file)
            if header.last >= size:
                raise _Damaged(f"its last tensor begins at byte {header.last:,}, the file has {size:,}")
        except (_Damaged, struct.error, UnicodeDecodeError) as error:
            what = str(error) if isinstance(error, _Damaged) else "its header breaks off or makes no sense"
            raise BadInput(
                f"the GGUF file is damaged or cut off: {what}", where=f"model: {str(path)!r}", remedy=_REMEDY
            ) from error
    return header


def _read(file: BinaryIO) -> Header:
    (version,) = _unpack(file, "I")
    if version not in (2, 3):
        raise _Damaged(f"its version is {version}; versions 2 and 3 are known")
    tensors, count = _unpack(file, "QQ")
    if not 0 < tensors < _MOST or count >= _MOST:
        raise _Damaged(f"it claims {tensors:,} tensors and {count:,} fields")
    fields = {}
    for _ in range(count):
        key = _string(file)
        (kind,) = _unpack(file, "I")
        fields[key] = _value(file, kind)
    offsets = [_tensor(file) for _ in range(tensors)]
    alignment = fields.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
        raise _Damaged(f"its alignment is {alignment!r}")
    data = math.ceil(file.tell() / alignment) * alignment
    return Header(version, tensors, fields, data, data + max(offsets))


def _tensor(file: BinaryIO) -> int:
    """The offset of one tensor, past its name, shape and type."""
    _string(file)
    (dimensions,) = _unpack(file, "I")
    if dimensions > _DIMENSIONS:
        raise _Damaged(f"a tensor claims {dimensions:,} dimensions")
    return int(_unpack(file, f"{dimensions}QIQ")[-1])


def _value(file: BinaryIO, kind: int) -> Any:
    if kind in _SCALARS:
        return _unpack(file, _SCALARS[kind])[0]
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        raise _Damaged(f"a field has the unknown type {kind}")
    inner, length = _unpack(file, "IQ")
    if length > _MOST:
        raise _Damaged(f"a list claims {length:,} entries")
    if inner in _SCALARS:
        _skip(file, length * struct.calcsize(_SCALARS[inner]))
    else:
        for _ in range(length):
            _value(file, inner)
    return None


def _string(file: BinaryIO) -> str:
    (length,) = _unpack(file, "Q")
    if length > _MOST:
        raise _Damaged(f"a text claims {length:,} bytes")
    return _exactly(file, length).decode("utf-8")


def _unpack(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(f"<{form}", _exactly(file, struct.calcsize(f"<{form}")))


def _exactly(file: BinaryIO, length: int) -> bytes:
    found = file.read(length)
    if len(found) < length:
        raise _Damaged("it breaks off within its header")
    return found


def _skip(file: BinaryIO, length: int) -> None:
    _exactly(file, length)
