"""Pictures as a text model can know them: what captions say of them, and which objects stand where.

    {"image": "beach/17.jpg",
     "captions": ["A dog runs along the beach."],
     "boxes": [{"category": "dog", "bbox": [0.31, 0.42, 0.66, 0.88]}]}

``bbox`` is left, top, right, bottom, each as a share of the picture from 0 to 1. LLaVA's own file of captions
and boxes calls them ``instances``; both names are read. An image is a path inside the folder of the file: it
is looked for, never opened, and never fetched from anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import regex

from tutelage.errors import BadInput
from tutelage.records import UNKNOWN_LICENCE
from tutelage.rows import Row, read_rows
from tutelage.text import unicode_tokens

_BOXES = ("boxes", "instances")
_HAN = regex.compile(r"\p{Han}+")
_FUNCTION_WORDS = frozenset(
    {
        *("about", "also", "and", "any", "are", "but", "can", "does", "for", "from", "has", "have", "her"),
        *("his", "how", "its", "like", "not", "one", "other", "out", "over", "she", "some", "that", "the"),
        *("their", "there", "they", "this", "two", "very", "was", "what", "when", "where", "which", "who"),
        *("will", "with", "you", "your"),
    }
)
_LARGE, _SMALL = 0.25, 0.03  # shares of the picture's area


@dataclass(frozen=True, slots=True)
class Thing:
    """One object; ``bbox`` is left, top, right, bottom from 0 to 1."""

    category: str
    bbox: tuple[float, float, float, float]

    @property
    def box(self) -> str:
        """The box as it stands in a prompt."""
        return ", ".join(f"{each:.2f}" for each in self.bbox)

    @property
    def side(self) -> str:
        """``left``, ``middle`` or ``right``, by the centre."""
        return ("left", "middle", "right")[_third(self.bbox[0] + self.bbox[2])]

    @property
    def height(self) -> str:
        """``top``, ``middle`` or ``bottom``, by the centre."""
        return ("top", "middle", "bottom")[_third(self.bbox[1] + self.bbox[3])]

    @property
    def size(self) -> str:
        """``large``, ``medium`` or ``small``, by the area."""
        left, top, right, bottom = self.bbox
        area = (right - left) * (bottom - top)
        return "large" if area >= _LARGE else "small" if area <= _SMALL else "medium"


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture; ``image`` is its path as the file names it."""

    image: str
    captions: tuple[str, ...]
    things: tuple[Thing, ...]
    licence: str = UNKNOWN_LICENCE

    def shares_a_word(self, text: str) -> bool:
        """Whether ``text`` has any content word (a pair of characters in Chinese) of what is known here.

        A text without one is about something else; one with it may still be wrong.
        """
        known = " ; ".join([*self.captions, *(thing.category for thing in self.things)])
        return bool(_content(known) & _content(text))

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields, without the licence."""
        return {
            "image": self.image,
            "captions": list(self.captions),
            "things": [asdict(thing) | {"bbox": list(thing.bbox)} for thing in self.things],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Scene:
        """The inverse of :meth:`as_dict`."""
        things = tuple(Thing(each["category"], tuple(each["bbox"])) for each in plain["things"])
        return cls(plain["image"], tuple(plain["captions"]), things)


def read_scenes(path: Path, *, check_files: bool = True) -> list[Scene]:
    """The scenes of a file in their order, each content once.

    Raises:
        BadInput: the file cannot be read, or a row is at fault: no image, an image outside the file's folder
            or (with ``check_files``) not there, neither captions nor boxes, a box that is none.
    """
    found: dict[Scene, None] = {}
    for row in read_rows(path):
        found.setdefault(_scene(row, path.parent, check_files))
    return list(found)


def _scene(row: Row, folder: Path, check_files: bool) -> Scene:
    image = _image(row, folder, check_files)
    captions, things = _captions(row), _things(row)
    if not captions and not things:
        raise BadInput(
            "this row has neither captions nor boxes",
            where=row.place,
            remedy="write 'captions' (a list of texts) or 'boxes' (a list of category and bbox)",
        )
    licence = row.data.get("licence") or row.data.get("license") or UNKNOWN_LICENCE
    return Scene(image, captions, things, str(licence))


def _image(row: Row, folder: Path, check_files: bool) -> str:
    image = row.data.get("image")
    if not isinstance(image, str) or not image.strip():
        raise _wrong(row, "image", image, "the path of a picture")
    parts = PurePosixPath(image)
    foreign = "://" in image or "\\" in image or image.startswith(("data:", "~"))
    if foreign or parts.is_absolute() or ".." in parts.parts or "\0" in image:
        raise _wrong(
            row, "image", image, "a relative path inside the folder of this file, with / between names"
        )
    inside = folder.resolve()
    try:
        place = (inside / parts).resolve()
        there = place.is_file()
    except OSError as error:  # a name that is too long, a loop of links
        raise _wrong(row, "image", image, f"a path that can be followed ({error.strerror})") from error
    if not place.is_relative_to(inside):
        raise _wrong(row, "image", image, "inside the folder of this file, and this link leads out of it")
    if check_files and not there:
        raise BadInput(
            f"there is no image '{image}'",
            where=row.place,
            remedy="put it into the folder of this file, or set check_files: false",
        )
    return image


def _captions(row: Row) -> tuple[str, ...]:
    given = row.data.get("captions")
    listed = [given] if isinstance(given, str) else given or []
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise _wrong(row, "captions", given, "a list of texts")
    return tuple(each.strip() for each in listed if each.strip())


def _things(row: Row) -> tuple[Thing, ...]:
    name = next((each for each in _BOXES if row.data.get(each) is not None), _BOXES[0])
    given = row.data.get(name) or []
    if not isinstance(given, list):
        raise _wrong(row, name, given, "a list of objects with 'category' and 'bbox'")
    return tuple(_thing(row, f"{name}[{number}]", each) for number, each in enumerate(given))


def _thing(row: Row, key: str, given: Any) -> Thing:
    category = given.get("category") if isinstance(given, Mapping) else None
    if not isinstance(category, str) or not category.strip():
        raise _wrong(row, key, given, "an object with 'category' and 'bbox'")
    box = given.get("bbox")
    if not _is_box(box):
        raise _wrong(
            row, f"{key}.bbox", box, "[left, top, right, bottom], each from 0 to 1 and in this order"
        )
    left, top, right, bottom = map(float, box)
    return Thing(category.strip(), (left, top, right, bottom))


def _is_box(box: Any) -> bool:
    if not isinstance(box, Sequence) or isinstance(box, str) or len(box) != 4:
        return False
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in box):
        return False
    left, top, right, bottom = box
    return bool(0 <= left < right <= 1 and 0 <= top < bottom <= 1)


def _content(text: str) -> set[str]:
    """Words of three letters and more that are no mere function words, without a plural's s; pairs of
    neighbouring Chinese characters, and such a character that stands alone."""
    lines = _HAN.findall(text)
    pairs = {line[at : at + 2] for line in lines for at in range(max(len(line) - 1, 1))}
    words = (token for token in unicode_tokens(text) if len(token) > 2 and token not in _FUNCTION_WORDS)
    return {word.removesuffix("s") for word in words} | pairs


def _third(twice_the_centre: float) -> int:
    return min(int(twice_the_centre / 2 * 3), 2)


def _wrong(row: Row, key: str, value: Any, wanted: str) -> BadInput:
    shown = repr(value)
    shown = shown if len(shown) <= 80 else shown[:80] + "…"
    return BadInput(
        f"'{key}' must be {wanted}, but it is {shown}", where=f"{row.place}, {key}", remedy="mend this row"
    )
