"""Work that goes on while the next exchange is on its way."""

import threading

import pytest

from openline.app.peer.ahead import Ahead


def test_each_thing_is_done_in_order_and_one_is_left_at_most() -> None:
    ahead, done, go = Ahead(), list[int](), threading.Event()

    def first() -> None:
        go.wait(60)
        done.append(1)

    ahead(first)
    assert done == []
    go.set()
    ahead(lambda: done.append(2))
    assert done[0] == 1
    ahead.finish()
    assert done == [1, 2]


def test_what_went_wrong_is_told_at_the_next_piece_and_once() -> None:
    ahead = Ahead()

    def fail() -> None:
        raise ValueError("no")

    ahead(fail)
    with pytest.raises(ValueError, match="no"):
        ahead(lambda: None)
    ahead.finish()
