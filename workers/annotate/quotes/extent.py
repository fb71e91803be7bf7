"""Where a reported clause really ends: parsers hang what the reporter does next on the verb that is reported."""

from __future__ import annotations

from spacy.tokens import Token

from workers.annotate.quotes.cues import verbs
from workers.annotate.quotes.grammar import FINITE_TAGS, MAX_PHRASE_TOKENS, SUBJECTS, Interval, Words, children_of

_COMMAS = frozenset({",", "—", "–", "--"})
_AGAINST = frozenset({"although", "though", "while", "even", "as"})
MAX_HEADS = 12  # from the first word of a remark up to its head


def clause_extent(words: Words, cue: Token, clause: Token) -> Interval:
    """Return the tokens of the clause that `cue` reports, cut or grown at its right end."""
    first, last = clause.left_edge.i, clause.right_edge.i + 1
    if first <= cue.i < clause.i:
        first = cue.i + 1  # 'which the mayor says costs jobs'
    first = _behind_time(cue, clause, first)
    if last - first > MAX_PHRASE_TOKENS or clause.i < cue.i:
        return first, last
    cut = _next_deed(words, cue, first, last)
    if cut is not None:
        return first, cut
    cut = _afterthought(words, first, last)
    if cut is not None:
        return first, cut
    return first, _second_half(cue, last)


def _behind_time(cue: Token, clause: Token, first: int) -> int:
    """Return where the clause begins behind the time of the cue: 'said on Tuesday its members had voted'."""
    doc = cue.doc
    if clause.i < cue.i or first <= cue.i:
        return first
    that = next((c.i for c in children_of(clause) if c.dep_ == "mark" and c.lower_ == "that" and c.i > first), None)
    if that is not None:
        return that + 1
    if first > cue.i + 2:
        return first
    date = first + 1 if doc[first].tag_ == "IN" and doc[first].dep_ == "prep" else first
    if doc[date].ent_type_ not in {"DATE", "TIME"} or doc[date].ent_iob_ != "B":
        return first
    end = date + 1
    while end < clause.i and doc[end].ent_iob_ == "I":
        end += 1
    root = doc[date:end].root
    if root.dep_ not in {"npadvmod", "pobj", "tmod"} or root.right_edge.i >= end or doc[end].is_punct:
        return first
    subject = next((c for c in children_of(clause) if c.dep_ in SUBJECTS), None)
    return end if subject is not None and subject.left_edge.i >= end else first


def phrase_extent(words: Words, interval: Interval) -> Interval:
    """Return a reported phrase without the remark behind it or its marks: 'called it “a folly,” a swipe at …'."""
    first, last = interval
    number = next((words.passage_of[i] for i in range(last - 1, first - 1, -1) if words.passage_of[i] >= 0), -1)
    if last - first > MAX_PHRASE_TOKENS:
        return interval
    if (cut := _afterthought(words, first, last)) is not None:
        last = cut
        interval = first, last
    if number < 0:
        return interval
    end = words.bounds[number][1]
    if end >= last or not _ends_in_comma(words, end - 1) or words.doc[end].lower_ in {"and", "or", "but", "to", "as"}:
        return interval
    return first, end


def _afterthought(words: Words, first: int, last: int) -> int | None:
    """Return where the writer's own remark ends the phrase: '…, who died in 1981', '…, although it had not'.

    Relative clauses and appositions behind a comma, and clauses that set against: nobody says them with the rest.
    """
    doc = words.doc
    for i in range(first + 2, last - 1):
        if doc[i].text not in _COMMAS or words.passage_of[i] >= 0 or words.passage_of[i + 1] >= 0:
            continue
        head = _head_of_rest(doc[i + 1])
        if head.right_edge.i < last - 2 or head.head.i >= i:
            continue  # something of the phrase follows it
        if head.dep_ in {"relcl", "appos"} or (head.dep_ == "advcl" and doc[i + 1].lower_ in _AGAINST):
            return i
        if head.lower_ == "compared" and head.dep_ in {"prep", "advcl", "acl"}:
            return i  # '40 percent said they would, compared with 30 percent in March'
    return None


def _head_of_rest(token: Token) -> Token:
    """Return the highest word whose phrase begins with `token`."""
    for _ in range(MAX_HEADS):
        if token.head.i == token.i or token.head.left_edge.i != token.left_edge.i:
            break
        token = token.head
    return token


def _next_deed(words: Words, cue: Token, first: int, last: int) -> int | None:
    """Return where the reporter goes on to do something else: 'said it failed and urged …', '…, citing costs'."""
    doc = cue.doc
    for i in range(first + 1, last):
        token = doc[i]
        if words.passage_of[i] >= 0:
            continue
        if token.dep_ == "conj" and token.lower in verbs() and is_shared_by(cue, token):
            joined = next((c for c in children_of(token.head) if c.dep_ == "cc" and c.i < i), None)
            if joined is not None and first < joined.i:
                return joined.i
        elif token.tag_ == "VBG" and token.dep_ in {"advcl", "acl", "prep"} and token.left_edge.i == i:
            before = doc[i - 1]
            marked = words.passage_of[i - 1] >= 0 or (i >= 2 and words.passage_of[i - 2] >= 0)
            comma = before.text in _COMMAS or (marked and _ends_in_comma(words, i - 1))
            if comma and (token.lower in verbs() or marked):
                return i - 1 if before.text in _COMMAS else i
    return None


def _ends_in_comma(words: Words, i: int) -> bool:
    number = words.passage_of[i]
    if number < 0:
        return False
    passage = words.passages[number]
    return (
        words.text[passage.inner_end - 1 : passage.inner_end] == "," or words.text[passage.end : passage.end + 1] == ","
    )


def is_shared_by(cue: Token, verb: Token) -> bool:
    """Say whether `verb`, coordinated inside what `cue` reports, is rather a second deed of the same reporter."""
    if verb.tag_ not in FINITE_TAGS or verb.tag_ != cue.tag_ or verb.i < cue.i:
        return False
    if verbs()[verb.lower].cue_class == "thought" or not verbs()[verb.lower].frames & {"C", "T", "O", "A"}:
        return False  # 'said he came and talked about it': who came talked
    return not any(c.dep_ in SUBJECTS or c.dep_ in {"aux", "auxpass"} for c in children_of(verb))


def _second_half(cue: Token, last: int) -> int:
    """Return the end with a second clause or predicate that the parser hung on the cue.

    'Said A is true and B was false': a subject of its own. 'Said he had started, would go on': an auxiliary, which
    no second deed of a reporter in the past has.
    """
    plain = cue.tag_ in FINITE_TAGS and not any(c.dep_ == "aux" for c in children_of(cue))
    for child in children_of(cue):
        if child.dep_ != "conj" or child.i < last or child.lower in verbs():
            continue
        gap = [cue.doc[i].lower_ for i in range(last, child.left_edge.i)]
        if len(gap) > 2 or not {"and", ",", "but", "or"}.issuperset(gap):
            continue
        own = any(c.dep_ in SUBJECTS for c in children_of(child))
        helped = any(c.dep_ in {"aux", "auxpass"} for c in children_of(child))
        again = any(c.dep_ == "mark" and c.lower_ == "that" for c in children_of(child))
        joins = gap == ["and"] or gap[-1:] == ["but"]
        if again or (own and joins) or (plain and helped and not own):
            last = child.right_edge.i + 1
    return last
