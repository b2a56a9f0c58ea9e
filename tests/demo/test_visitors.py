"""Whoever looks on may log in and answer before the story does: it goes on without what is cut."""

from pathlib import Path

import pytest

from openline.demo.act import Act
from openline.demo.acts import ACTS
from openline.demo.scene import ActCut, Scene
from openline.line.message.bodies import Cancel
from tests.demo.stage import stage

BY_NAME = {act.name: act for act in ACTS}


def interfere(scene: Scene) -> None:
    """Somebody else at the desk of the south takes the plan back."""
    scene.say("dov", Cancel(), thread=scene.taken("sl40").thread)


def test_the_story_goes_on_when_a_visitor_changed_it(tmp_path: Path) -> None:
    names = ("proposal", "without_place", "continuing", "clarification", "near_miss", "breach")
    acts = [
        BY_NAME["automatic"],
        Act("A visitor", "Somebody takes part.", 5.0, interfere),
        *(BY_NAME[name] for name in names),
    ]
    with stage(tmp_path, acts) as made:
        made.play()
        scene = made.player.scene
        assert scene is not None
        cut = {line.partition(":")[0] for line in scene.missed}
        assert cut >= {BY_NAME[name].title for name in ("proposal", "without_place", "breach")}
        assert BY_NAME["near_miss"].title not in cut, "what does not need it is played"
        assert "(left out: " in "\n".join(made.told)
        assert not made.sites.main.board.playing


def test_a_fault_of_the_story_is_no_part_of_it(tmp_path: Path) -> None:
    def fault(_scene: Scene) -> None:
        raise ZeroDivisionError

    with (
        stage(tmp_path, [Act("A fault", "It is one.", 1.0, fault)]) as made,
        pytest.raises(ZeroDivisionError),
    ):
        made.play()


def test_what_was_not_said_cuts_an_act_and_nothing_more(tmp_path: Path) -> None:
    later = [act for act in ACTS if act.name in ("breach", "stop", "clarification", "live_sky")]
    with stage(
        tmp_path, [Act(a.title, a.sentence, 1.0 + n, a.play) for n, a in enumerate(later)]
    ) as made:
        made.play()
        scene = made.player.scene
        assert scene is not None
        assert len(scene.missed) == len(later)


def test_an_act_that_is_cut_says_why() -> None:
    assert str(ActCut("nr12 was not said")) == "nr12 was not said"
