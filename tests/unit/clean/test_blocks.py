"""A page as blocks, each with where it stands."""

from __future__ import annotations

from workers.clean.block_words import ANCESTOR_TAGS, NAME_CLASSES
from workers.clean.blocks import Block, BlockReader
from workers.clean.tree import parse_page

PROSE = "The ferry had left before anybody on the pier was told, and the next one came two days later in the rain."


def read(html: str) -> list[Block]:
    """Return the blocks of a page."""
    return BlockReader().read(parse_page(html, max_chars=10_000).root)


def test_a_block_knows_its_links_its_emphasis_and_its_words() -> None:
    """Characters inside links and emphasis are counted; words are in lower case."""
    [block] = read('<p>By <a href="/ida">Ida Berg</a>, <b>Oslo</b></p>')
    assert (block.text, block.words) == ("By Ida Berg, Oslo", ["by", "ida", "berg", "oslo"])
    assert (block.links, block.link_chars, block.emphasised_chars, block.lines) == (1, 8, 4, 1)


def test_line_breaks_end_lines_and_two_end_a_block() -> None:
    """Cells of a row stay apart in one block."""
    assert [block.text for block in read("<p>One<br>two<br><br>three</p>")] == ["One\ntwo", "three"]
    assert [block.text for block in read("<table><tr><td>Wins</td><td>4</td></tr></table>")] == ["Wins | 4"]


def test_what_no_reader_sees_is_not_read_or_said_to_be_hidden() -> None:
    """Scripts and menus of choice are left out; an element hides all that is in it."""
    assert read("<script>var a</script><select><option>Oslo</select>") == []
    [block] = read("<p>Wins <svg><g><text>4</text> of</g> 5</svg>in Oslo</p>")
    assert block.text == "Wins in Oslo"
    html = '<p>a</p><div style="Display: none"><p>b</p></div><p hidden>c</p><p aria-hidden=true>d</p>'
    blocks = read(f"{html}<p aria-hidden=false>e</p>")
    assert [block.place.hidden for block in blocks] == [False, True, True, True, False]


def test_a_place_knows_what_stands_above_it() -> None:
    """Names of classes, ids and roles count for all below, as near for two levels; tags for all."""
    [block] = read("<nav class=menu><div id=share-bar><div><div><p role=comment>Text</p></div></div></div></nav>")
    place = block.place
    assert place.own_names == NAME_CLASSES["comment"]
    assert place.names == NAME_CLASSES["comment"] | NAME_CLASSES["share"] | NAME_CLASSES["menu"]
    assert place.near_names == NAME_CLASSES["comment"]
    assert place.parent is not None
    assert place.parent.parent is not None
    assert place.parent.parent.near_names == NAME_CLASSES["share"] | NAME_CLASSES["menu"]
    assert place.tags == ANCESTOR_TAGS["nav"] | ANCESTOR_TAGS["p"]
    assert (place.tag, place.signature, place.parent.signature) == ("p", "p.", "div.")


def test_sums_go_up_to_the_top() -> None:
    """Characters, those of links, those of running text, and blocks."""
    first, second = read(f"<div><p>{PROSE}</p></div><p><a href=/>More</a></p>")
    body = second.place.parent
    assert body is not None
    assert (body.chars, body.link_chars, body.prose_chars, body.blocks) == (len(PROSE) + 4, 4, len(PROSE), 2)
    assert (first.place.chars, first.place.blocks) == (len(PROSE), 1)


def test_the_core_is_the_smallest_element_with_most_of_the_running_text() -> None:
    """Of a place outside it, the smallest element above that holds the core; without running text, the topmost."""
    blocks = read(f"<body><main><div><p>{PROSE}</p><p>{PROSE}</p></div><p>Menu</p></main><p>{PROSE}</p>")
    paragraph, _, menu, outside = (block.place for block in blocks)
    assert paragraph.parent is not None
    assert paragraph.core is paragraph.parent
    assert menu.core.tag == "main"
    assert outside.core.tag == "body"
    [lonely] = read("<main><p>Menu</p></main>")
    assert (lonely.place.core.tag, lonely.place.core.parent) == ("html", None)


def test_the_section_is_the_nearest_one_above() -> None:
    """Itself where it is one; the topmost where there is none."""
    inside, article, outside = (block.place for block in read("<main><article><p>a</p>b</article></main><p>c</p>"))
    assert inside.section is article.section is article
    assert (outside.section.tag, outside.section.parent) == ("html", None)
