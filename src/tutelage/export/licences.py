"""Which licence a dataset made of many parts can carry: the most restrictive one wins.

The order asks one question: *what may somebody who receives the dataset not do?* Each step forbids or
demands more than the one before:

    public domain    nothing is asked (CC0)
    permissive       keep the notice (MIT, Apache-2.0)
    attribution      name the authors (CC BY)
    share-alike      and pass what you derive on under the same terms (CC BY-SA, ODbL)
    copyleft         the same for whatever it is combined with (GPL)
    use-restricted   some uses or users are forbidden, trade is not (model licences, OpenRAIL)
    non-commercial   no trade (CC BY-NC)
    no derivatives   no changed copies, and a filtered dataset is one (CC BY-ND)
    research only    nothing but research
    unrecognised     a licence is named which this table does not know: it has to be read
    unknown          nobody has said. It outranks all others, because it may be any of them

``unknown`` is therefore never hidden behind a known licence, and the card lists the licence of every part
beside the result. Share-alike with non-commercial parts gives CC BY-NC-SA, which states both demands,
and a caution: strictly, share-alike terms do not allow a further restriction on the same part.

This is a careful label, not legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from tutelage.records import UNKNOWN_LICENCE


class Limit(IntEnum):
    """How much a licence restricts; see the module text."""

    PUBLIC_DOMAIN = 0
    PERMISSIVE = 1
    ATTRIBUTION = 2
    SHARE_ALIKE = 3
    COPYLEFT = 4
    USE_RESTRICTED = 5
    NON_COMMERCIAL = 6
    NO_DERIVATIVES = 7
    RESEARCH_ONLY = 8
    UNRECOGNISED = 9
    UNKNOWN = 10


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as it was named. ``hub`` is the Hugging Face hub's identifier for it, or ``other``."""

    name: str
    hub: str
    limit: Limit
    share_alike: bool = False


_TABLE: dict[Limit, str] = {
    Limit.PUBLIC_DOMAIN: "cc0-1.0 pddl unlicense wtfpl",
    Limit.PERMISSIVE: (
        "mit isc zlib bsl-1.0 ncsa postgresql bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear ecl-2.0 "
        "afl-3.0 apache-2.0 cdla-permissive-1.0 cdla-permissive-2.0 artistic-2.0"
    ),
    Limit.ATTRIBUTION: "odc-by etalab-2.0",
    Limit.SHARE_ALIKE: "cdla-sharing-1.0 odbl gfdl",
    Limit.COPYLEFT: (
        "ms-pl mpl-2.0 epl-1.0 epl-2.0 eupl-1.1 eupl-1.2 osl-3.0 lgpl lgpl-2.1 lgpl-3.0 "
        "gpl gpl-2.0 gpl-3.0 agpl-3.0"
    ),
    Limit.USE_RESTRICTED: (
        "c-uda openrail openrail++ bigscience-openrail-m creativeml-openrail-m bigcode-openrail-m "
        "bigscience-bloom-rail-1.0 gemma llama2 llama3 llama3.1 llama3.2 llama3.3 llama4"
    ),
    Limit.RESEARCH_ONLY: "h-research intel-research fair-noncommercial-research-license apple-amlr",
    Limit.UNKNOWN: "unknown",
}
_BY_HUB = {hub: limit for limit, names in _TABLE.items() for hub in names.split()}
_ORDER = {hub: position for position, hub in enumerate(_BY_HUB)}  # breaks ties the same way every time

_SAME = {
    **{"cc0": "cc0-1.0", "cc-zero": "cc0-1.0", "public-domain": "cc0-1.0", "pddl-1.0": "pddl"},
    **{"apache": "apache-2.0", "apache2": "apache-2.0", "apache2.0": "apache-2.0", "apache-2": "apache-2.0"},
    **{"gplv2": "gpl-2.0", "gplv3": "gpl-3.0", "agplv3": "agpl-3.0", "lgplv3": "lgpl-3.0"},
    **{"mit-license": "mit", "odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "gfdl-1.3": "gfdl"},
    **{"llama-2": "llama2", "llama-3": "llama3", "llama-3.1": "llama3.1", "llama-3.2": "llama3.2"},
    **{"llama-3.3": "llama3.3", "llama-4": "llama4", "none": "unknown", "": "unknown"},
}
_CC = re.compile(r"cc-by(?P<nc>-nc)?(?P<last>-nd|-sa)?(?P<version>-\d\.\d)?")
_CC_ON_HUB = frozenset(
    {
        *("cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0"),
        *("cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-3.0"),
        *("cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"),
    }
)


def read_licence(name: str) -> Licence:
    """What is known about the licence called ``name``: an SPDX or hub identifier, or words."""
    plain = re.sub(r"[\s_-]+", "-", name.strip().lower()).strip("-")
    plain = re.sub(r"-(only|or-later)$", "", plain) if plain.startswith(("gpl", "lgpl", "agpl")) else plain
    plain = re.sub(r"^((?:apache|cc|gpl|lgpl|agpl|mpl)-)(licen[cs]e-)?(v(ersion)?-?)?", r"\1", plain)
    plain = _SAME.get(plain, plain)
    if plain in _BY_HUB:
        limit = _BY_HUB[plain]
        return Licence(plain, plain, limit, limit in (Limit.SHARE_ALIKE, Limit.COPYLEFT))
    creative = _CC.fullmatch(plain)
    if creative:
        return _creative_commons(name.strip(), plain, creative)
    if "research" in plain:
        return Licence(name.strip(), "other", Limit.RESEARCH_ONLY)
    if "non-commercial" in plain or "noncommercial" in plain:
        return Licence(name.strip(), "other", Limit.NON_COMMERCIAL)
    return Licence(name.strip(), "other", Limit.UNRECOGNISED)


def _creative_commons(given: str, plain: str, parts: re.Match[str]) -> Licence:
    if parts["last"] == "-nd":
        limit = Limit.NO_DERIVATIVES
    elif parts["nc"]:
        limit = Limit.NON_COMMERCIAL
    else:
        limit = Limit.SHARE_ALIKE if parts["last"] else Limit.ATTRIBUTION
    hub = plain if plain in _CC_ON_HUB else "other"
    # Without a version it is no identifier of the hub; the version is not guessed.
    return Licence(plain if parts["version"] else given, hub, limit, parts["last"] == "-sa")


def _weight(licence: Licence) -> tuple[int, bool, int, str]:
    return licence.limit, licence.share_alike, _ORDER.get(licence.hub, 0), licence.name


def most_restrictive(licences: Iterable[str]) -> str:
    """The licence that a whole of these parts can carry; ``unknown`` where there is no part."""
    parts = [read_licence(name) for name in licences]
    if not parts:
        return UNKNOWN_LICENCE
    worst = max(parts, key=_weight)
    shared = any(part.share_alike for part in parts)
    if worst.limit is Limit.NON_COMMERCIAL and shared and not worst.share_alike:
        return "cc-by-nc-sa-4.0"
    return worst.name


def cautions(licences: Iterable[str], chosen: str) -> list[str]:
    """Sentences about these parts that a reader of the card must not miss, given the ``chosen`` licence."""
    parts = sorted({read_licence(name) for name in licences}, key=_weight)
    whole = read_licence(chosen)
    found = []
    if not parts or parts[-1].limit is Limit.UNKNOWN or whole.limit is Limit.UNKNOWN:
        found.append("The licence of at least one part is unknown. Find it out before you share this.")
    unread = [part.name for part in parts if part.limit is Limit.UNRECOGNISED]
    if unread:
        found.append(f"Read these licences yourself, their terms are not known here: {', '.join(unread)}.")
    if any(part.limit is Limit.NO_DERIVATIVES for part in parts):
        found.append("A part forbids changed copies; whether a dataset may be made of it must be settled.")
    closed = any(Limit.NON_COMMERCIAL <= part.limit <= Limit.RESEARCH_ONLY for part in parts)
    if closed and any(part.share_alike and part.limit < Limit.NON_COMMERCIAL for part in parts):
        found.append("Share-alike parts stand beside parts that forbid trade; strictly, their terms clash.")
    if parts and whole.limit < parts[-1].limit:
        found.append(f"The licence was set by hand and is freer than that of a part ({parts[-1].name}).")
    return found
