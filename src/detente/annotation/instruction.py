"""The guidelines' sections for one pass, as HTML; the labelling page shows it at one click."""

from __future__ import annotations

import re

from detente.annotation.controls import FULL, PASSES
from detente.annotation.guidelines import BEGIN, END, pass_tables
from detente.ontology import Ontology

SECTION = re.compile(r"^## +(?:[\d.]+ +)?", re.MULTILINE)


def pass_instruction(guidelines: str, pass_name: str, ontology: Ontology) -> str:
    """The section of the guidelines named after the pass, and the tables of what it marks, as HTML.

    The full page has the sections of all passes. Guidelines without a section for a pass leave the tables.
    """
    import markdown_it

    wanted = [name for name in PASSES if pass_name in (name, FULL) and name != FULL]
    sections = _sections(guidelines)
    parts = [f"## {name.capitalize()}\n{sections[name]}" for name in wanted if name in sections]
    parts += [f"## Tables\n{pass_tables(ontology, wanted)}"]
    renderer = markdown_it.MarkdownIt("commonmark", {"html": False}).enable("table")
    # the page shows line breaks as they are
    page = re.sub(r">\s*\n\s*", ">", renderer.render("\n\n".join(parts))).replace("\n", " ").strip()
    return f'<div class="detente-guide">{page}</div>'


def _sections(guidelines: str) -> dict[str, str]:
    """The hand-written text below each heading of the second level, by the heading in small letters, unnumbered."""
    before, begin, rest = guidelines.partition(BEGIN)
    text = before + rest.partition(END)[2] if begin else guidelines
    found = {}
    for part in SECTION.split(text)[1:]:
        heading, _, body = part.partition("\n")
        found[heading.strip().lower()] = body.strip()
    return found
