"""A small method and worlds for it: what the tests of runs are made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tutelage.asking import Ask, Desk
from tutelage.filters.shape import Shape
from tutelage.methods.method import Materials, Method, State
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Item, Rejection, Reply, Usage, digest, system, user
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request


class Toy(Method):
    """Asks one question per name, in ``turns`` turns; ``gather`` asks once before planning."""

    kind = "toy"
    paper = "none"
    names: tuple[str, ...] = tuple(f"name{number}" for number in range(1000))
    turns: int = 1
    gather: bool = False

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        if not self.gather:
            return Materials()
        reply = await desk.at("gather", "all")([user("What is there?")], turn="ask")
        return Materials(files={"gathered.txt": reply.text})

    def plan(self, round: int, state: State) -> Iterable[Item]:
        return (Item.make(self.kind, {"name": name}, {"name": name}) for name in self.names)

    async def write(self, item: Item, ask: Ask) -> Sequence[Example | Rejection]:
        question = f"Please tell me all that you know about {item.payload['name']}."
        messages = [system(self.system)] if self.system else []
        for turn in range(self.turns):
            messages.append(user(question if turn == 0 else "Once more, and better."))
            reply = await ask(messages, turn=f"turn-{turn}")
        if "bad" in reply.text:
            return [Rejection("parse:bad", reply.text, item=item.id)]
        return [
            Example.single_turn(
                question,
                reply.text,
                id=digest(item.id, 0),
                cell=item.cell,
                method=self.kind,
                item=item.id,
                teacher=ask.name,
            )
        ]


def answering(share_bad: float = 0.0, seed: int = 0) -> Callable[[Request], Reply]:
    """A teacher's function: answers of random length, a share of them bad, drawn by what is asked."""

    def answer(request: Request) -> Reply:
        asked = request.messages[-1].content + str(len(request.messages))
        rng = random.Random(f"{seed}/{request.messages[0].content}/{asked}")
        words = " ".join(
            rng.choices(["red", "green", "blue", "round", "square", "small", "large"], k=rng.randint(12, 40))
        )
        text = "bad" if rng.random() < share_bad else f"It is known to be {words}."
        return Reply(text, usage=Usage(20, len(text.split())))

    return answer


def recipe_of(teacher: Scripted | None = None, **rest: Any) -> Recipe:
    """A recipe for :class:`Toy`; ``rest`` are fields of the recipe or, as ``toy``, of the method."""
    toy = rest.pop("toy", {})
    fields: dict[str, Any] = {"name": "toy", "filters": (Shape(),), "target": 10, **rest}
    return Recipe(teacher=teacher or Scripted.of(answering()), method=Toy(**toy), **fields)
