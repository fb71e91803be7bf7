"""What cleaning remembers of lines and texts, and how it stays small."""

from schemas.ids import text_sha256
from workers.clean.memory import LineMemory, SeenTexts


def test_a_line_of_another_page_is_known() -> None:
    """What page 1 had, page 2 is told of; what it did not have, not."""
    memory = LineMemory()
    memory.learn("site", 1, [10, 11])
    assert memory.repeated("site", 2, [11, 12]) == [True, False]


def test_a_page_does_not_know_its_own_lines() -> None:
    """A page read twice, after a crash or a replay, is cleaned as the first time."""
    memory = LineMemory()
    memory.learn("site", 1, [10, 11])
    assert memory.repeated("site", 1, [10, 11]) == [False, False]


def test_a_line_of_two_pages_stays_known_to_both() -> None:
    """Once a line is the site's, it is so for every page, in whatever order they come back."""
    memory = LineMemory()
    memory.learn("site", 1, [10])
    memory.learn("site", 2, [10])
    assert memory.repeated("site", 1, [10]) == memory.repeated("site", 2, [10]) == [True]


def test_sources_do_not_mix() -> None:
    """Two sites may share a line, as copies of a wire story do."""
    memory = LineMemory()
    memory.learn("one", 1, [10])
    assert memory.repeated("two", 2, [10]) == [False]


def test_the_source_unseen_for_longest_goes_first() -> None:
    """Memory is bounded by lines in all."""
    memory = LineMemory(max_lines=4)
    memory.learn("one", 1, [1, 2])
    memory.learn("two", 2, [3, 4])
    memory.learn("one", 3, [1])
    memory.learn("three", 4, [5])
    assert len(memory) == 3
    assert memory.repeated("two", 9, [3]) == [False]
    assert memory.repeated("one", 9, [1]) == [True]


def test_one_source_keeps_its_latest_lines() -> None:
    """A site of many pages does not fill the memory: what repeats comes back and stays."""
    memory = LineMemory(max_lines_per_source=3)
    memory.learn("site", 1, [1, 2])
    memory.learn("site", 2, [1, 3, 4])
    assert memory.repeated("site", 3, [1, 2, 4]) == [True, False, True]


def test_copies_of_a_text_name_the_first() -> None:
    """The first is no copy, nor is it one when it comes again by a replay; all later ones are copies of it."""
    seen, text = SeenTexts(), text_sha256("The harbour reopened.")
    assert seen.first_with(text, "one") is None
    assert seen.first_with(text, "one") is None
    assert seen.first_with(text_sha256("The harbour closed."), "two") is None
    assert seen.first_with(text, "three") == seen.first_with(text, "four") == "one"


def test_texts_are_forgotten_after_their_time_and_no_earlier() -> None:
    """As many others as it holds may come between two copies; what comes again stays; twice as many are the most."""
    for others in range(25):
        seen = SeenTexts(capacity=10)
        for number in range(others):  # any part of a generation
            seen.first_with(text_sha256(f"earlier {number}"), f"earlier {number}")
        again, once = text_sha256("comes again"), text_sha256("comes once")
        assert seen.first_with(again, "first") is seen.first_with(once, "once") is None
        for number in range(40):
            assert seen.first_with(text_sha256(f"later {number}"), f"later {number}") is None
            assert seen.first_with(again, "copy") == "first"
            assert len(seen) <= 20
            if number == 7:  # with the one that comes again, and the one asked for: 10
                assert seen.first_with(once, "copy") == "once"
        assert seen.first_with(once, "new") is None
