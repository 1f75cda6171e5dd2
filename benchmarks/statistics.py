"""Times the length-controlled rate with 300 bootstrap refits; what is measured stands in
``length_control.py``.

    OMP_NUM_THREADS=1 python benchmarks/statistics.py --data ../shared/data [--replicates 300]

This file has the name of a module of the standard library, and Python looks in a script's own folder first.
So it leaves the folder out of the path before anything else is loaded; and where another benchmark in this
folder asks for ``statistics``, it gives way to the module of that name.
"""

from __future__ import annotations

import importlib.util
import runpy
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent


def give_way() -> None:
    """Put the standard library's module in this one's place."""
    path = Path(sysconfig.get_path("stdlib")) / "statistics.py"
    spec = importlib.util.spec_from_file_location("statistics", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["statistics"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    sys.path[:] = [each for each in sys.path if Path(each).resolve() != HERE]
    runpy.run_path(str(HERE / "length_control.py"), run_name="__main__")
elif __name__ == "statistics":
    give_way()
