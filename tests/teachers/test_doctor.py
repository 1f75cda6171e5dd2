"""The check-up finds what is true of a server, whatever its settings claim."""

from __future__ import annotations

import socket

from loopback import Act, Script
from tutelage.teachers.doctor import probe
from tutelage.teachers.openai import OpenAI
from tutelage.teachers.scripted import Scripted


async def checked(server_url, **settings):
    teacher = OpenAI(model="m", base_url=server_url, **settings)
    try:
        return await probe(teacher)
    finally:
        await teacher.close()


async def test_a_capable_server_is_found_capable(loopback):
    server = await loopback(Script(models=[{"id": "m", "max_model_len": 4096}], latency=0.02))
    checkup = await checked(server.url)
    found = checkup.found
    assert (found.chat, found.raw, found.logprobs, found.schema, found.score) == (
        True,
        True,
        True,
        True,
        False,
    )
    assert checkup.context == 4096
    assert checkup.latency_s is not None
    assert 0.02 <= checkup.latency_s < 1


async def test_what_is_missing_is_found_missing_with_the_reason(loopback):
    refuse = {"logprobs": "logprobs is not supported", "temperature": "unsupported"}
    server = await loopback(Script(completions=False, schema=False, refuse=refuse))
    checkup = await checked(server.url, schema_output="on", temperature=1.0)
    assert checkup.reachable
    assert {"raw", "logprobs", "schema"} <= checkup.why_not.keys()
    assert not checkup.found.raw
    assert not checkup.found.schema
    assert "not offered" in checkup.why_not["raw"]
    assert "not JSON" in checkup.why_not["schema"]


async def test_a_wrong_key_a_wrong_path_and_nobody_there_each_have_their_remedy(loopback):
    server = await loopback(Script(key="right"))
    checkup = await checked(server.url)
    assert not checkup.found.chat
    assert "api_key_env" in checkup.remedy
    checkup = await checked(server.url.removesuffix("/v1"))
    assert "/v1" in checkup.remedy
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        checkup = await checked(f"http://127.0.0.1:{free.getsockname()[1]}/v1")
    assert not checkup.reachable
    assert "server runs" in checkup.remedy


async def test_something_else_than_a_model_server_is_recognised(loopback):
    server = await loopback(Script(fault_every=1, fault=Act("not_json")))
    checkup = await checked(server.url)
    assert "something else" in checkup.remedy


async def test_a_scripted_teacher_can_be_examined_too():
    checkup = await probe(Scripted(default="hello"))
    assert checkup.found.chat
    assert not checkup.found.schema
