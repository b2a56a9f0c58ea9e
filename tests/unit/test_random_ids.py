"""Random ids: version 4, no two alike, from many threads."""

from concurrent.futures import ThreadPoolExecutor

from openline.app.random_ids import RandomIds


def test_ids_are_of_version_4_and_differ() -> None:
    ids = RandomIds()
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: ids(), range(5_000)))
    assert len(set(drawn)) == 5_000
    assert {one.version for one in drawn} == {4}
    assert set(drawn).isdisjoint(RandomIds()() for _ in range(1_000))
