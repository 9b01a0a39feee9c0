"""Page debris: what the page around an article left in its text, found on plain text by named rules.

Every non-blank line is a paragraph and becomes one block. A block that is not `body` carries the name of the rule that
said so; nothing is cut, and an annotator can overrule any of it. Rules, in order, first hit wins:

title            the first paragraph, where it is the given title or has no final stop
repeated_title   the title again
other_title      the title of another article (given by the caller)
repeated_line    a line without a final stop that stands in the text more than once
comment_line, newsletter_line   a stop-line of its kind
byline           "By …" near the top, "By Our Staff" anywhere
caption          a line without a final stop that names a photograph, or one that ends with "in this file photo."
question         a short question alone in its paragraph: a subheading
headline         no final stop, five words or more, mostly title case: another article's headline
subheading       any other line without a final stop
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import pairwise

from detente.documents import Block, BlockKind

FINAL_STOP = re.compile(r"[.!?…:;][\"”’'»)\]]*$")
COMMENT_LINE = re.compile(
    r"^(leave a (reply|comment)|join the (conversation|discussion)|post a comment|comments?( \(\d+\))?|"
    r"(view|show|read) (all )?comments|share (this|on)\b.*|have your say|\d+ comments?|log in to comment.*)[.!:]?$",
    re.IGNORECASE,
)
NEWSLETTER_LINE = re.compile(
    r"^(sign up|subscribe|get (our|the) .*(newsletter|briefing)|follow us|download (our|the) app|advertisement|"
    r"read more|related( articles| stories)?$|most read$|support (our|independent) journalism)\b.*$",
    re.IGNORECASE,
)
BYLINE = re.compile(r"^((by|reporting by|written by)\s+\S|(posted|published|(last )?updated)\b.*\d)", re.IGNORECASE)
CAPTION = re.compile(
    r"(\bfile (photo|picture|image)\b|\b(photo|photograph|picture|image|credit)s?\s*:|\[[^\]]*(photo|images)[^\]]*\]$|"
    r"\(?\b(AP|AFP|EPA|Getty|Reuters)\b[ /]*(photo|images?|file)|\b(is|are) (seen|pictured)\b|^(a view of|pictured)\b)",
    re.IGNORECASE,
)
# a caption that ends with a stop all the same
STOPPED_CAPTION = re.compile(
    r"\b(in (this|a)|an?) (undated )?(file )?(photo|photograph|picture|image)\.$", re.IGNORECASE
)
QUESTION = re.compile(
    r"^(and|but|so|what|how|why|who|where|when|which|is|are|was|were|will|can|could|does|do|did)\b[^.!?]*\?$", re.I
)
HEADING_OPENING = re.compile(r"^(what|how|why|who|where|when|which|the|an?)\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_](?:[\w’'.-]*\w)?")
SMALL_WORDS = frozenset(
    """a an and as at but by for from if in into is it its nor of off on onto or over per so than that the to up via vs
    with after amid before under""".split()
)
# a byline without a person's name, which can stand anywhere
STAFF_BYLINE = re.compile(r"^by\s+(our|staff|agencies|news ?desk|the)\b[\w ]*$", re.IGNORECASE)
BYLINE_PARAGRAPHS = 5
HEADLINE_WORDS = 5
QUESTION_WORDS = 12
TITLE_CASE_SHARE = 0.8


def find_blocks(text: str, title: str = "", other_titles: Collection[str] = ()) -> tuple[Block, ...]:
    """One block for each paragraph (non-blank line) of a frozen text, with its kind and the rule that decided it."""
    paragraphs = list(_paragraphs(text))
    if not paragraphs:
        return ()
    lines = [text[start:end] for start, end in paragraphs]
    first = _key(lines[0])
    has_title = first == _key(title) if title else not FINAL_STOP.search(lines[0])
    title_key = first if has_title else _key(title)
    others = {_key(other) for other in other_titles} - {title_key}
    times = Counter(map(_key, lines))
    blocks = []
    for number, ((start, end), line) in enumerate(zip(paragraphs, lines, strict=True)):
        if number == 0 and has_title:
            blocks.append(Block(start, end, "title", "title"))
            continue
        kind, rule = _classify(line, number, title_key, others, times)
        blocks.append(Block(start, end, kind, rule))
    return tuple(blocks)


def _classify(line: str, number: int, title: str, others: set[str], times: Counter[str]) -> tuple[BlockKind, str]:
    key = _key(line)
    if title and key == title:
        return "repeated_title", "repeated_title"
    if key in others:
        return "related_headline", "other_title"
    if COMMENT_LINE.match(line):
        return "comment_prompt", "comment_line"
    words = WORD.findall(line)
    if QUESTION.match(line) and len(words) <= QUESTION_WORDS:
        return "subheading", "question"
    if STOPPED_CAPTION.search(line):
        return "caption", "caption"
    if FINAL_STOP.search(line):
        return "body", ""
    return _classify_unstopped(line, words, number, repeated=times[key] > 1)


def _classify_unstopped(line: str, words: list[str], number: int, *, repeated: bool) -> tuple[BlockKind, str]:
    if NEWSLETTER_LINE.match(line):
        return "newsletter", "newsletter_line"
    if (number <= BYLINE_PARAGRAPHS and BYLINE.match(line)) or (STAFF_BYLINE.match(line) and is_title_case(words)):
        return "byline", "byline"
    if CAPTION.search(line):
        return "caption", "caption"
    if repeated:
        return "related_headline", "repeated_line"
    if len(words) >= HEADLINE_WORDS and is_title_case(words) and not HEADING_OPENING.match(line):
        return "related_headline", "headline"
    return "subheading", "subheading"


def is_title_case(words: list[str]) -> bool:
    """Whether most of the words that title case capitalises are capitalised."""
    content = [word for word in words if word.lower() not in SMALL_WORDS]
    capitals = sum(word[0].isupper() for word in content)
    return bool(content) and capitals >= TITLE_CASE_SHARE * len(content)


def looks_wrapped(text: str) -> bool:
    """Whether lines seem to be broken in mid-sentence, so that lines are no paragraphs."""
    lines = [line.strip() for line in text.split("\n")]
    pairs = [(a, b) for a, b in pairwise(lines) if a and b]
    broken = sum(not FINAL_STOP.search(a) and b[0].islower() for a, b in pairs)
    return broken >= 3 and broken > len(pairs) / 4


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"[^\n]+", text):
        line = match.group()
        stripped = line.strip()
        if stripped:
            start = match.start() + line.index(stripped)
            yield start, start + len(stripped)


def _key(line: str) -> str:
    return " ".join(line.casefold().split())
