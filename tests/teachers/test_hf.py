"""A model of transformers as a teacher: served by the template it was trained with."""

from __future__ import annotations

import asyncio
import json
import shutil
import time

import pytest
import torch
from pydantic import ValidationError

from tutelage.asking import Sampling
from tutelage.errors import BadInput, MissingExtra
from tutelage.models import libraries, loading
from tutelage.models.student import Student
from tutelage.records import Message, assistant, system, user
from tutelage.teachers.doctor import probe
from tutelage.teachers.hf import HF
from tutelage.teachers.teacher import CallTrouble, Request

FRUIT = (user("Name three fruits."),)
ASKED = (
    FRUIT,
    (system("Be short."), user("1 + 1 = ?")),
    (user("请说出三种水果。"), assistant("苹果"), user("Write a short note.")),
)


@pytest.fixture
async def teacher(llama):
    teacher = HF(model=str(llama), dtype="float32", max_tokens=10)
    yield teacher
    await teacher.close()


async def written(teacher, messages=FRUIT, **sampling):
    return await teacher.send(Request(Sampling(**sampling), messages))


async def test_what_is_served_is_the_template_and_the_likeliest_continuation(teacher):
    reply = await written(teacher, ASKED[1])
    loaded = teacher._loaded
    ids = loaded.tokenizer.encode(loaded.template.prompt(ASKED[1]), add_special_tokens=False)
    ends = {loaded.tokenizer.eos_token_id}
    said = list(ids)
    with torch.no_grad():
        while len(said) < len(ids) + 10 and said[-1] not in ends:
            said.append(int(loaded.model(torch.tensor([said])).logits[0, -1].argmax()))
    assert reply.text == loaded.tokenizer.decode(said[len(ids) :], skip_special_tokens=True)
    assert (reply.usage.prompt, reply.usage.completion) == (len(ids), len(said) - len(ids))
    assert reply.finish == "length"
    assert reply.model == teacher.name


async def test_those_who_ask_together_get_what_each_gets_alone(teacher):
    alone = [await written(teacher, each) for each in ASKED]
    assert await asyncio.gather(*(written(teacher, each) for each in ASKED)) == alone
    score = Request(Sampling(), FRUIT, answer="Pears.")
    mixed = await asyncio.gather(written(teacher, ASKED[2]), teacher.send(score))
    assert mixed[0] == alone[2]
    assert mixed[1].score == pytest.approx((await teacher.send(score)).score, abs=1e-4)


async def test_a_score_is_the_sum_of_the_answers_log_probabilities_and_its_end(teacher):
    request = Request(Sampling(), FRUIT, answer="Apples, pears.")
    reply = await teacher.send(request)
    loaded = teacher._loaded
    prompt = loaded.tokenizer.encode(loaded.template.prompt(FRUIT), add_special_tokens=False)
    answer = loaded.tokenizer.encode("Apples, pears.<|im_end|>", add_special_tokens=False)
    with torch.no_grad():
        known = loaded.model(torch.tensor([prompt + answer])).logits[0].log_softmax(-1)
    expected = sum(float(known[len(prompt) + number - 1, each]) for number, each in enumerate(answer))
    assert reply.score == pytest.approx(expected, abs=1e-3)
    assert reply.score < 0
    asking = Request(Sampling(), (*FRUIT, assistant("")), answer="Apples, pears.")
    assert (await teacher.send(asking)).score == pytest.approx(reply.score, abs=1e-4)


async def test_raw_text_has_no_template(teacher):
    reply = await teacher.send(Request(Sampling(max_tokens=3), prompt="The answer is"))
    assert reply.usage.prompt == len(teacher._loaded.tokenizer.encode("The answer is"))
    assert reply.usage.completion == 3
    assert (await teacher.send(Request(Sampling(max_tokens=3), prompt=""))).usage.prompt == 1


async def test_stop_strings_bounds_seeds_and_samples(teacher):
    free = await written(teacher, max_tokens=20)
    stop = free.text[3:5]
    stopped = await written(teacher, max_tokens=20, stop=(stop,))
    assert (stopped.text, stopped.finish) == (free.text[: free.text.index(stop)], "stop")
    assert (await written(teacher, max_tokens=2)).finish == "length"
    drawn = [await written(teacher, temperature=1.5, seed=seed) for seed in (1, 1, 2)]
    assert drawn[0].text == drawn[1].text != drawn[2].text
    several = await written(teacher, temperature=1.5, seed=1, n=2)
    assert (several.text, several.others) == (drawn[0].text, (drawn[2].text,))


async def test_log_probabilities_come_where_asked_for(teacher):
    reply = await written(teacher, logprobs=2, max_tokens=3)
    assert len(reply.logprobs) == 3
    assert all(each.logprob == each.top[0][1] >= each.top[1][1] for each in reply.logprobs)
    assert (await written(teacher)).logprobs == ()


@pytest.mark.parametrize(
    ("request_", "match"),
    [
        (Request(Sampling(schema={"type": "object"}), FRUIT), "schema"),
        (Request(Sampling(extra={"top_k": 3}), FRUIT), "top_k"),
        (Request(Sampling(), (user("word " * 3000),)), "context"),
        (Request(Sampling(), FRUIT, answer="word " * 3000), "context"),
        (Request(Sampling(), (Message("user", "look", ("a.png",)),)), "pictures"),
    ],
)
async def test_what_cannot_be_answered_costs_only_itself(teacher, request_, match):
    other, failed = await asyncio.gather(written(teacher), teacher.send(request_), return_exceptions=True)
    assert other.text
    assert isinstance(failed, CallTrouble)
    assert failed.trouble == "bad_request"
    assert match in failed.message


async def test_an_answer_without_text_is_told_as_one(teacher):
    await teacher.open()
    bias = torch.zeros(teacher._loaded.model.config.vocab_size)
    bias[teacher._loaded.tokenizer.eos_token_id] = 1e4
    teacher._loaded.model.lm_head.register_forward_hook(lambda module, args, output: output + bias)
    with pytest.raises(CallTrouble, match="no text") as caught:
        await written(teacher)
    assert caught.value.trouble == "empty"


async def test_a_template_that_refuses_costs_the_item(llama, tmp_path):
    file = tmp_path / "strict.jinja"
    file.write_text(
        "{% for message in messages %}{% if message.role == 'system' %}{{ raise_exception('no system') }}"
        "{% endif %}{{ message.content }}<|im_end|>{% endfor %}"
    )
    teacher = HF(model=str(llama), template=str(file), max_tokens=2)
    try:
        assert (await written(teacher)).usage.completion == 2
        with pytest.raises(CallTrouble, match="no system") as caught:
            await written(teacher, ASKED[1])
        assert caught.value.trouble == "bad_request"
    finally:
        await teacher.close()


async def test_a_prompt_near_the_end_of_the_context_gets_what_is_left(teacher):
    await teacher.open()
    room = teacher._loaded.model.config.max_position_embeddings
    ids = teacher._loaded.tokenizer.encode("a" * 4000)[: room - 3]
    prompt = teacher._loaded.tokenizer.decode(ids)
    left = room - len(teacher._loaded.tokenizer.encode(prompt))
    reply = await teacher.send(Request(Sampling(max_tokens=500), prompt=prompt))
    assert (reply.usage.completion, reply.finish) == (left, "length")


async def test_the_loop_goes_on_while_it_writes_and_closing_ends_it(llama):
    teacher = HF(model=str(llama), dtype="float32", max_tokens=1900)
    await teacher.open()
    task = asyncio.create_task(written(teacher))
    ticks, until = 0, time.monotonic() + 0.2
    while time.monotonic() < until:
        await asyncio.sleep(0.005)
        ticks += 1
    assert not task.done()
    assert ticks > 5
    started = time.monotonic()
    await teacher.close()
    assert time.monotonic() - started < 2
    with pytest.raises(CallTrouble, match="closed while it wrote"):
        await task
    assert (await written(teacher, max_tokens=1)).text is not None
    await teacher.close()


def test_identity_is_of_the_content_and_of_what_changes_answers(llama, tmp_path):
    copy = shutil.copytree(llama, tmp_path / "other-place" / llama.name)
    same, here = HF(model=str(copy)), HF(model=str(llama))
    assert same.identity == here.identity
    assert here.identity.startswith(f"hf:{llama.name}:")
    (copy / "config.json").write_text((copy / "config.json").read_text() + " ")
    assert HF(model=str(copy)).identity != here.identity
    assert HF(model=str(llama), template="chatml").identity == f"{here.identity}:chatml"
    assert HF(model=str(llama), dtype="float32").identity == f"{here.identity}:float32"
    assert HF(model=str(llama), label="mine").identity == "mine"
    assert HF(model="some-org/some-model").identity == "hf:some-org/some-model"


def test_the_default_is_known_without_loading_or_fetching_it():
    teacher = HF()
    assert teacher.name == "SmolLM2-135M-Instruct.Q4_1"
    assert teacher.identity == "hf:SmolLM2-135M-Instruct.Q4_1.gguf:b179c9523d0e6a0f"
    assert (teacher.licence, teacher.slots, HF(model="x/y").licence) == ("apache-2.0", 8, "unknown")
    with pytest.raises(ValidationError):
        HF(threads=0)
    with pytest.raises(BadInput, match="did you mean 'smollm2'"):
        _ = HF(model="smolm2").identity


async def test_a_student_answers_by_its_own_template(llama, tmp_path):
    folder = tmp_path / "doctor"
    shutil.copytree(llama, folder / "model")
    plain = loading.load(str(llama), template="plain").template
    Student("gone", "0" * 32, {"kind": "lora"}, plain.as_dict(), merged=True).write(folder)
    teacher = HF(model=str(folder), dtype="float32", max_tokens=3)
    try:
        assert teacher.name == "doctor"
        reply = await written(teacher)
        prompt = teacher._loaded.tokenizer.encode("User: Name three fruits.\n\nAssistant:")
        assert reply.usage.prompt == len(prompt)
        facts = await teacher.examine()
        assert (facts["template"], facts["context"], facts["dtype"]) == ("plain", 2048, "float32")
        before = teacher.identity
    finally:
        await teacher.close()
    described = json.loads((folder / "student.json").read_text())
    (folder / "student.json").write_text(
        json.dumps(described | {"template": {**plain.as_dict(), "bos": "!"}})
    )
    assert HF(model=str(folder), dtype="float32").identity != before


async def test_the_doctor_finds_what_it_says(teacher):
    found = (await probe(teacher)).found
    assert (found.chat, found.raw, found.logprobs, found.score, found.schema) == (
        True,
        True,
        True,
        True,
        False,
    )


async def test_damaged_weights_are_told_not_scored(teacher):
    await teacher.open()
    with torch.no_grad():
        teacher._loaded.model.model.norm.weight.fill_(float("nan"))
    with pytest.raises(CallTrouble, match="weights are damaged"):
        await teacher.send(Request(Sampling(), FRUIT, answer="Pears."))


async def test_without_the_extra_the_command_is_named(llama, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(libraries.importlib, "import_module", absent)
    with pytest.raises(MissingExtra, match=r"tutelage\[tune\]"):
        await HF(model=str(llama)).open()
