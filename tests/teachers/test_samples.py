"""Several samples, one after another."""

from __future__ import annotations

from tutelage.asking import Sampling
from tutelage.records import Reply, Usage, user
from tutelage.teachers.samples import repeated
from tutelage.teachers.teacher import Request


async def test_every_sample_has_a_seed_of_its_own_and_usage_is_the_sum() -> None:
    seeds: list[int | None] = []

    async def send(request: Request) -> Reply:
        assert request.sampling.n == 1
        seeds.append(request.sampling.seed)
        return Reply(f"answer {len(seeds)}", usage=Usage(1, 2))

    reply = await repeated(Request(Sampling(n=3, seed=5), (user("q"),)), send)
    assert seeds == [5, 6, 7]
    assert (reply.text, reply.others, reply.usage) == ("answer 1", ("answer 2", "answer 3"), Usage(3, 6))
