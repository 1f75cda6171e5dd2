"""The exploration: order of visits, where it ends, what the teacher is shown and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutelage.errors import CallFailed
from tutelage.methods.explore import Explore
from tutelage.methods.trees.exploration import Explored, Limits, explore
from tutelage.methods.trees.territory import MOST_CHARACTERS
from tutelage.methods.trees.tree import Node, Tree

WORDS = [
    *("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath"),
    *("inlet", "jetty", "knoll", "larch", "marsh", "north", "ocean", "plaza"),
]


def target_of(said: str) -> str:
    found = re.search(r"Task to (?:split|complete): (.*)", said)
    assert found
    return found[1]


def wanted_of(said: str) -> int:
    found = re.search(r"Name (\d+) ", said)
    assert found
    return int(found[1])


class Namer:
    """A teacher that makes up names nobody has thought of, ``most`` a call."""

    def __init__(self, most: int = 99) -> None:
        self.made = 0
        self.most = most

    def __call__(self, call: Any) -> str:
        lines = []
        for _ in range(min(self.most, wanted_of(call.said))):
            lines.append(f"- {name(self.made)}: because it belongs to {target_of(call.said)}")
            self.made += 1
        return "\n".join(lines)


def name(number: int) -> str:
    return f"{WORDS[number % 16]} {WORDS[number // 16 % 16]}{number}"


async def explored(desk: Any, tree: Tree, **limits: Any) -> Explored:
    method = Explore(domain=tree.root.name)
    return await explore(partial(method.at, desk), tree, Limits(**limits))


async def test_the_order_of_visits(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(Namer())
    found = await explored(desk, Tree(Node("Root")), depth=2, breadth=(3, 2), per_call=2)
    assert [(step.operator, step.task, step.target, len(step.found)) for step in found.steps] == [
        ("lookahead", "Root", "Root", 2),
        ("lookahead", name(0), name(0), 2),
        ("lookahead", name(1), name(1), 2),
        ("backtrack", name(1), "Root", 1),  # from the last child back to the root: it was short by one
        ("lookahead", name(6), name(6), 2),
    ]
    assert [(visit.node.name, visit.depth) for visit in found.tree.walk()] == [
        ("Root", 0),
        (name(0), 1),
        *((name(2), 2), (name(3), 2)),
        (name(1), 1),
        *((name(4), 2), (name(5), 2)),
        (name(6), 1),
        *((name(7), 2), (name(8), 2)),
    ]
    assert desk.stages == [f"explore/{step.operator}" for step in found.steps]


async def test_what_backtracking_finds_stands_under_the_parent(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(Namer(1))
    found = await explored(desk, Tree(Node("Root")), depth=2, breadth=(2, 3), per_call=4)
    parents = {visit.node.name: visit.parent.name for visit in found.tree.walk() if visit.parent}
    back = [step for step in found.steps if step.operator == "backtrack"]
    assert [(step.task, step.target, step.found) for step in back] == [
        (name(1), name(0), (name(2),)),
        (name(2), name(0), (name(3),)),
        (name(0), "Root", (name(4),)),
        (name(5), name(4), (name(6),)),
        (name(6), name(4), (name(7),)),
    ]
    for step in back:
        for each in step.found:
            assert parents[each] == step.target
            visit = found.tree.find(each)
            assert visit
            assert visit.node.extra == {"found_by": "backtrack"}


async def test_backtracking_tells_where_it_comes_from_and_what_is_below(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(Namer(2))
    await explored(desk, Tree(Node("Root")), depth=2, breadth=(3, 2))
    said = next(call.said for call in desk.calls if call.stage == "explore/backtrack")
    assert f'The task "{name(1)}" is done' in said
    assert f"{name(0)} ({name(2)}, {name(3)}); {name(1)} ({name(4)}, {name(5)})" in said


async def test_a_given_tree_counts_and_stays_as_it_is(desk_of: Callable[..., Any]) -> None:
    old = Node("Old task", "why", [{"instruction": "i", "input": "", "output": "o"}], [Node("Deep", "x")])
    full = [Node(f"{word} {word}ing") for word in WORDS[:4]]
    tree = Tree(Node("Root", "r", children=[old, *full]))
    before = tree.copy()
    found = await explored(desk_of(Namer()), tree, depth=2, breadth=(5, 2))
    assert tree == before
    assert len(found.tree.root.children) == 5  # all there: nobody asked at the root
    assert {step.target for step in found.steps} == {each.name for each in tree.root.children}
    kept = found.tree.root.children[0]
    assert (kept.name, kept.reason, kept.examples, kept.children[0]) == (
        old.name,
        "why",
        old.examples,
        old.children[0],
    )
    assert len(kept.children) == 2


async def test_more_children_than_the_breadth_are_left_alone(desk_of: Callable[..., Any]) -> None:
    tree = Tree(Node("Root", children=[Node(f"{word} things") for word in WORDS[:6]]))
    found = await explored(desk_of(Namer()), tree, depth=1, breadth=(3,))
    assert found.tree == tree
    assert found.steps == ()


async def test_pruned_tasks_do_not_count_but_are_visited(desk_of: Callable[..., Any]) -> None:
    tree = Tree(Node("Root", children=[Node("Gone", pruned="true"), Node("Here")]))
    found = await explored(desk_of(Namer()), tree, depth=2, breadth=(2, 1))
    assert len(found.tree.root.children) == 3
    assert "Gone" in {step.target for step in found.steps}


STUBBORN = {
    "always the same": "- Alpha beta: x",
    "junk": "%%% ???",
    "nothing": "",
    "talk": "I'm sorry, I can't help with that.",
    "the prompt": None,
    "labels": "Name: \nReason:",
    "a novel": "- " + "word " * 60,
}


@pytest.mark.parametrize("reply", STUBBORN.values(), ids=STUBBORN)
async def test_a_stubborn_teacher_ends(desk_of: Callable[..., Any], reply: str | None) -> None:
    desk = desk_of(lambda call: call.said if reply is None else reply)
    found = await explored(desk, Tree(Node("Root")), depth=2, breadth=(8, 6), fruitless=3)
    assert found.tree.task_count <= 3
    assert len(found.steps) <= 3 * 3 + 2
    assert found.rejections


async def test_calls_that_fail_are_fruitless_tries(desk_of: Callable[..., Any]) -> None:
    def fail(call: Any) -> str:
        raise CallFailed("no", reason="bad_request", permanent=True)

    found = await explored(desk_of(fail), Tree(Node("Root")), fruitless=2)
    assert found.tree.task_count == 1
    assert [each.reason for each in found.rejections] == ["call:bad_request"] * 2


async def test_similar_names_are_refused_over_the_whole_tree(desk_of: Callable[..., Any]) -> None:
    tree = Tree(Node("Root", children=[Node("A", children=[Node("rewriting long business letters")])]))
    names = ("rewriting long business letters politely", "ROOT", "Something else entirely", "One more thing")
    desk = desk_of(lambda call: "\n".join(f"- {each}: why" for each in names))
    found = await explored(desk, tree, depth=1, breadth=(2,), per_call=1, fruitless=1)
    reasons = [(each.reason, each.score) for each in found.rejections]
    assert reasons[:3] == [
        ("novelty:similar_task", pytest.approx(8 / 9)),
        ("novelty:similar_task", 1.0),
        ("explore:surplus", None),
    ]
    assert "too similar to 'rewriting long business letters'" in found.rejections[0].detail
    assert "under 'Root', by lookahead" in found.rejections[0].detail


async def test_refused_names_are_told_in_the_next_try(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(lambda call: "- the very same task: x")
    tree = Tree(Node("Root", children=[Node("The very same task")]))
    await explored(desk, tree, depth=1, breadth=(2,), fruitless=2)
    assert "do not name again" not in desk.calls[0].said
    assert "do not name again: the very same task" in desk.calls[1].said


async def test_a_prompt_stays_bounded_on_a_large_tree(desk_of: Callable[..., Any]) -> None:
    root = Node("Root")
    for number in range(50):
        below = [Node(f"task {number} {each} {WORDS[each % 16]}") for each in range(99)]
        root.children.append(Node(f"branch {number} {'x' * 60}", children=below))
    assert Tree(root).task_count == 5001
    desk = desk_of(Namer(1))
    await explored(desk, Tree(root), depth=1, breadth=(53,), per_call=4)
    assert [call.stage for call in desk.calls] == ["explore/lookahead", *["explore/backtrack"] * 2]
    assert max(len(call.said) for call in desk.calls) < 3 * MOST_CHARACTERS + 1_500


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    depth=st.integers(0, 3),
    breadth=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    per_call=st.integers(1, 5),
    most=st.integers(1, 5),
)
async def test_a_willing_teacher_fills_the_tree_and_never_beyond(
    desk_of: Callable[..., Any], depth: int, breadth: list[int], per_call: int, most: int
) -> None:
    limits = {"depth": depth, "breadth": tuple(breadth), "per_call": per_call}
    found = await explored(desk_of(Namer(most)), Tree(Node("Root")), **limits)
    for visit in found.tree.walk():
        assert len(visit.node.children) == Limits(**limits).breadth_at(visit.depth)
    assert found.tree.depth == depth
    assert found.rejections == ()


async def test_chinese(desk_of: Callable[..., Any]) -> None:
    method = Explore(domain="写信", language="zh")
    desk = desk_of(lambda call: "1. 写道歉信：向人认错。\n2. 写感谢信：表示谢意。\n3. 写道歉信吧：重复了")
    found = await explore(
        partial(method.at, desk), Tree(Node("写信")), Limits(depth=1, breadth=(3,), fruitless=1)
    )
    assert [each.name for each in found.tree.root.children] == ["写道歉信", "写感谢信"]
    assert [each.reason for each in found.tree.root.children] == ["向人认错", "表示谢意"]
    assert found.rejections[0].reason == "novelty:similar_task"
    assert "要拆分的任务：写信" in desk.calls[0].said
    assert "任务“写感谢信”已经探索完毕" in desk.calls[1].said


async def test_a_worked_example_is_no_name(desk_of: Callable[..., Any]) -> None:
    method = Explore(domain="Root")
    desk = desk_of(lambda call: "Pruning trees")
    found = await explore(partial(method.at, desk), Tree(Node("Root")), Limits(fruitless=1), plain=True)
    assert found.tree.task_count == 1
    assert [each.reason for each in found.rejections] == ["parse:copied_example"]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_plain_way_asks_for_one_bare_name_a_call(
    desk_of: Callable[..., Any], language: str
) -> None:
    names = iter(["Alpha beta.", "- gamma delta\nTask: more", "Alpha beta", "", "epsilon zeta"])
    desk = desk_of(lambda call: next(names))
    method = Explore(domain="Root", language=language, system="Be kind.", ask_again=0)
    limits = Limits(depth=1, breadth=(3,))
    found = await explore(partial(method.at, desk), Tree(Node("Root")), limits, plain=True)
    assert [each.name for each in found.tree.root.children] == ["Alpha beta", "gamma delta", "epsilon zeta"]
    assert [each.reason for each in found.rejections] == ["novelty:similar_task", "parse:no_name"]
    first, second = desk.calls[0].messages, desk.calls[1].messages
    assert first[0].content.startswith("Be kind.")
    assert [each.role for each in first[1:]] == ["user", "assistant"] * 4 + ["user"]
    assert "Root" in first[-1].content
    assert second[-1].content.count("Alpha beta") == 2  # known, and what was just left
