from __future__ import annotations

from typing import Any

import pytest

from tutelage.recipe.secrets import secrets, unfilled


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"teacher": {"api_key": "abc"}}, ("teacher", "api_key")),
        ({"judge": {"extra": {"Authorization": "Bearer x"}}}, ("judge", "extra", "Authorization")),
        ({"student": {"apikey": "x"}}, ("student", "apikey")),
        ({"teacher": {"api_key_env": "sk-abcdefgh12345678"}}, ("teacher", "api_key_env")),
        ({"method": {"system": "sk-proj-abcdefgh12345678"}}, ("method", "system")),
        ({"filters": ["shape", {"x": ["gsk_abcdefgh12345678"]}]}, ("filters", 1, "x", 0)),
    ],
)
def test_keys_are_found_and_never_quoted(data: dict[str, Any], path: tuple[Any, ...]) -> None:
    (problem,) = secrets(data)
    assert problem.path == path
    assert "api_key_env" in problem.remedy
    assert "abcdefgh" not in problem.what + problem.remedy


@pytest.mark.parametrize(
    "data",
    [
        {"teacher": {"api_key_env": "OPENAI_API_KEY", "model": "sk-small"}},
        {"method": {"system": "Talk about sk-learn and a password."}},
        {"method": {"password": "a skill"}},
        {"teacher": {"api_key": ""}},
    ],
)
def test_what_is_no_key(data: dict[str, Any]) -> None:
    assert secrets(data) == []


def test_variables_are_not_filled_in() -> None:
    data = {"teacher": {"base_url": "http://${HOST}/v1", "model": "$MODEL"}, "method": {"system": "${x}"}}
    assert [each.path for each in unfilled(data)] == [("teacher", "base_url"), ("teacher", "model")]
    assert not unfilled({"teacher": {"model": "costs $5"}})
