r"""Final answers in a box: ``\boxed{42}``, as solutions of mathematical problems are graded."""

from __future__ import annotations

import re

_BOX = re.compile(r"\\boxed\s*\{\s*[^\s}]")
_FINAL = re.compile(
    r"(?P<head>(?:the\s+)?(?:final\s+)?answer(?:\s+is\s*[:：]?|\s*[:：])|(?:最终|最后)?(?:的)?(?:答案|结果)(?:是|为|[:：])+)"
    r"\s*(?P<value>\S.*?)\s*$",
    re.IGNORECASE | re.MULTILINE,
)


def boxed(output: str) -> str | None:
    """``output`` with its final answer in a box, or ``None`` where there is none to be found.

    What has a box stays as it is; else the text behind the last label of a final answer is put into one.
    """
    if _BOX.search(output):
        return output
    found = list(_FINAL.finditer(output))
    if not found:
        return None
    last = found[-1]
    value = last["value"].strip("*_$ ").rstrip(".。").strip("*_$ ")
    if not value:
        return None
    return f"{output[: last.start('value')]}$\\boxed{{{value}}}${output[last.end('value') :]}"
