"""Question sets on the hub, through the package ``datasets``; never asked for when a file is named."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass

from tutelage.errors import BadInput, MissingExtra
from tutelage.rows import Row


@dataclass(frozen=True, slots=True)
class HubSet:
    """One table on the hub: its dataset, and either a configuration and split of it or one JSON file in
    it."""

    dataset: str
    configuration: str = ""
    split: str = "train"
    json_file: str = ""

    @property
    def place(self) -> str:
        """What an error calls it."""
        return "/".join(filter(None, (self.dataset, self.configuration or self.json_file, self.split)))


def hub_rows(wanted: HubSet) -> Iterator[Row]:
    """The rows of ``wanted``, downloaded or from the cache of ``datasets``.

    Raises:
        MissingExtra: ``datasets`` is not installed.
        BadInput: the hub cannot be reached, and there is no copy in the cache.
    """
    try:
        datasets = importlib.import_module("datasets")
    except ModuleNotFoundError as error:
        raise MissingExtra(f"downloading {wanted.dataset}", extra="tune", package="datasets") from error
    try:
        if wanted.json_file:
            file = f"hf://datasets/{wanted.dataset}/{wanted.json_file}"
            table = datasets.load_dataset("json", data_files=file, split="train")
        else:
            table = datasets.load_dataset(wanted.dataset, wanted.configuration or None, split=wanted.split)
    except (OSError, ValueError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(
            f"the questions cannot be downloaded: {said}",
            where=wanted.place,
            remedy="download the file once where there is a network, and name it with questions_file",
        ) from error
    for number, row in enumerate(table):
        yield Row(f"{wanted.place}:row {number + 1}", dict(row))
