from __future__ import annotations

import json

from tutelage.recipe import schema
from tutelage.recipe.overrides import KEYS


def test_the_schema_knows_every_key_and_every_installed_kind() -> None:
    made = schema()
    assert set(made["properties"]) == set(KEYS)
    assert made["additionalProperties"] is False
    definitions = made["$defs"]
    assert definitions["filters.novelty"]["properties"]["kind"] == {"const": "novelty"}
    assert "threshold" in definitions["filters.novelty"]["properties"]
    assert "kind" in definitions["teachers.gguf"]["required"]
    assert "kind" not in definitions["teachers.openai"]["required"]  # the default of a role
    assert {"$ref": "#/$defs/methods.skillmix"} in made["properties"]["method"]["anyOf"]


def test_every_reference_leads_somewhere() -> None:
    made = schema()
    text = json.dumps(made)
    for part in text.split('"#/$defs/')[1:]:
        assert part.split('"')[0] in made["$defs"]
