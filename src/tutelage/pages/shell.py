"""A page that needs nothing else: no network, no script, light and dark, printable.

render("tutelage.analysis", "page.html.jinja", title="…", …)  → HTML

Whatever models and users wrote is escaped by the template engine; a Content-Security-Policy forbids all but
the one style sheet, which it names by its digest, so that nothing that slipped through could load or run.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from tutelage import __version__
from tutelage.charts import STYLE, clean, inline, number, percent

CUT = 300  # characters of a label, name or reason that are shown
_ROOM, _SHEET = "tutelage.pages", "page.css"


def render(package: str, template: str, **context: Any) -> str:
    """The page that ``template``, a file of ``package``, makes of ``context``; it may import
    ``macros.html.jinja``. Equal input gives equal bytes; the text can be written as UTF-8."""
    style = _read(_ROOM, _SHEET).strip() + STYLE
    page = (
        _environment(package)
        .get_template(template)
        .render(
            policy=_policy(style),
            style=Markup(style),  # ours, without a user's word
            version=__version__,
            **context,
        )
    )
    return clean(page)


def cut(text: str, most: int = CUT) -> str:
    """``text`` without what goes beyond ``most`` characters."""
    if isinstance(text, Markup) or len(text) <= most:
        return text
    return text[:most] + "…"


def _read(package: str, name: str) -> str:
    return (files(package) / name).read_text(encoding="utf-8")


def _policy(style: str) -> str:
    """Nothing is loaded and nothing runs; of styles only the one with this digest applies."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _environment(package: str) -> Environment:
    def load(name: str) -> str | None:
        for room in (package, _ROOM):
            if (files(room) / name).is_file():
                return _read(room, name)
        return None

    environment = Environment(
        loader=FunctionLoader(load),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "percent": percent,
        "cut": cut,
        "figure": lambda svg: Markup(inline(svg)),  # charts escape what they write
    }
    return environment
