"""The plumbing: every failure has its name, no key is shown, and waiting times are read right."""

from __future__ import annotations

import email.utils
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopback import Act, Script
from tutelage.errors import BadInput
from tutelage.teachers.teacher import CallTrouble
from tutelage.teachers.wire import (
    QUOTED,
    Refusal,
    Wire,
    checked_key_name,
    checked_url,
    is_private,
    retry_after,
)

SECRET = "sk-loopback-0123456789abcdef"
BODY = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


async def trouble(url: str, timeout: float = 5.0) -> CallTrouble:
    wire = Wire(url, {}, timeout=timeout, connect_timeout=1.0, secret=SECRET)
    try:
        with pytest.raises(CallTrouble) as caught:
            await wire.post("/chat/completions", BODY)
    finally:
        await wire.close()
    return caught.value


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "bad_request"),
        (413, "bad_request"),
        (422, "bad_request"),
        (401, "auth"),
        (402, "auth"),
        (403, "auth"),
        (404, "missing"),
        (408, "server"),
        (429, "rate"),
        (500, "server"),
        (502, "server"),
        (503, "overloaded"),
        (529, "overloaded"),
    ],
)
async def test_a_status_becomes_its_trouble(loopback, status, name):
    server = await loopback(Script(fault_every=1, fault=Act(status=status, text="because")))
    met = await trouble(server.url)
    assert (met.trouble, met.status) == (name, status)
    assert "because" in met.message
    assert isinstance(met, Refusal) == (name == "bad_request")


@pytest.mark.parametrize(
    ("mode", "name", "paid"),
    [
        ("reset", "network", True),
        ("truncated", "network", True),
        ("hang", "timeout", True),
        ("stall", "timeout", True),
        ("not_json", "invalid", True),
    ],
)
async def test_a_broken_answer_becomes_its_trouble(loopback, mode, name, paid):
    server = await loopback(Script(fault_every=1, fault=Act(mode)))
    met = await trouble(server.url, timeout=0.3)
    assert (met.trouble, met.maybe_paid) == (name, paid)


async def test_nobody_there_is_network_and_surely_unpaid():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        met = await trouble(f"http://127.0.0.1:{free.getsockname()[1]}/v1")
    assert (met.trouble, met.maybe_paid) == ("network", False)


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (Act(status=429, text="no credit", code="insufficient_quota"), "auth"),
        (Act(status=429, text="You exceeded your current quota, retry soon"), "rate"),
        (Act(status=400, text="Your credit balance is too low"), "auth"),
        (Act(status=400, text="API key not valid. Please pass a valid one"), "auth"),
        (Act(status=403, text="input was flagged by moderation"), "bad_request"),
    ],
)
async def test_the_text_decides_where_the_status_misleads(loopback, act, name):
    server = await loopback(Script(fault_every=1, fault=act))
    assert (await trouble(server.url)).trouble == name


async def test_a_200_that_carries_an_error_is_that_error(loopback, monkeypatch):
    body = b'{"error": {"message": "upstream is busy", "code": 429}}'
    monkeypatch.setattr("loopback.success_body", lambda *_: body)
    server = await loopback()
    assert (await trouble(server.url)).trouble == "rate"


async def test_a_named_wait_is_passed_on(loopback):
    server = await loopback(Script(fault_every=1, fault=Act(status=429, headers={"Retry-After": "7"})))
    assert (await trouble(server.url)).retry_after == 7


async def test_an_error_is_short_and_never_shows_the_key(loopback):
    text = f"bad key {SECRET}, or sk-another-one-123456 " + "x" * 5000
    server = await loopback(Script(fault_every=1, fault=Act(status=401, text=text)))
    met = await trouble(server.url)
    assert SECRET not in met.message
    assert "sk-another" not in met.message
    assert len(met.message) < QUOTED + 40


def test_waiting_times_come_as_milliseconds_seconds_and_dates():
    assert retry_after({"retry-after-ms": "250", "retry-after": "9"}) == 0.25
    assert retry_after({"retry-after": "1.5"}) == 1.5
    date = email.utils.formatdate(time.time() + 30, usegmt=True)
    assert 28 <= (retry_after({"retry-after": date}) or 0) <= 30
    assert retry_after({"retry-after": email.utils.formatdate(time.time() - 99, usegmt=True)}) == 0
    assert retry_after({}) is None


@given(st.text(max_size=40))
def test_no_waiting_time_is_ever_negative_or_endless(value):
    seconds = retry_after({"retry-after": value})
    assert seconds is None or 0 <= seconds < float("inf")


def test_addresses_are_tidied_and_wrong_ones_refused():
    assert checked_url(" http://host:8000/v1/ ") == "http://host:8000/v1"
    assert checked_url("https://host/v1/chat/completions") == "https://host/v1"
    with pytest.raises(ValueError, match="http"):
        checked_url("host:8000/v1")
    with pytest.raises(BadInput) as caught:
        checked_url("https://me:hidden@host/v1")
    assert "hidden" not in str(caught.value)


def test_a_key_in_place_of_a_name_is_refused_unquoted():
    assert checked_key_name("MY_KEY") == "MY_KEY"
    with pytest.raises(BadInput) as caught:
        checked_key_name(SECRET)
    assert SECRET not in str(caught.value)


def test_private_addresses_are_told_from_public_ones():
    assert all(
        map(is_private, ["http://localhost:1/v1", "http://10.0.0.5/v1", "http://vllm:8000", "http://[::1]:1"])
    )
    assert not any(map(is_private, ["https://api.openai.com/v1", "http://8.8.8.8/v1"]))
