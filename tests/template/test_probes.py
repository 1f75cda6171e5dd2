from __future__ import annotations

from tutelage.template.probes import probes


def test_probes_are_conversations_that_end_with_an_answer():
    found = list(probes(multi_turn=True))
    assert all(probe[-1].role == "assistant" for probe in found)
    assert len(set(found)) == len(found)
    assert any(message.content != message.content.strip() for probe in found for message in probe)
    assert any(probe[0].role == "system" and not probe[0].content for probe in found)


def test_single_turns_alone():
    assert {sum(message.role == "assistant" for message in probe) for probe in probes(multi_turn=False)} == {
        1
    }
    assert (
        max(sum(message.role == "assistant" for message in probe) for probe in probes(multi_turn=True)) == 3
    )
