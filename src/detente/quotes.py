"""The quote notation: annotation as plain text, resolved to offsets by this program, so that nobody counts characters.

One line an item; the number is the sentence's (see `number_sentences`), the quoted words are looked up in it on token
edges, `#2` asks for their second occurrence there:

    M m1 3 "Turkey" GPE NAM government = Turkey
    M m2 3 "Turkish defence ministry source" PER NOM head="source" = defence ministry source
    M t1 4 "Last month" TIME value=2025-07
    E v1 4 "requested" DEMAND_REQUEST POS ACTUAL source=author Requester=m3 Addressee=m1 Content=v2 Time=t1
    E v2 4 "assistance"#1 MIL_AID POS POSSIBLE source=m3 if="unless talks fail" same=v9
    S s1 4 "formally requested military assistance" holder=m3 target=v2 SUPPORT EXPLICIT source=author

`= name` is the entity's canonical name; `same=` puts two event mentions into one cluster; a stance's holder and target
name any mention of the entity, or an event. Lines that begin with # and blank lines are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from detente.documents import Argument, Document, Entity, Event, Mention, Span, Stance
from detente.errors import DataError, Fault
from detente.ontology import Ontology
from detente.sentences import document_sentences, tokenize

LINE = re.compile(r'^([MES])\s+(\S+)\s+(\d+)\s+"((?:[^"\\]|\\.)*)"(?:#(\d+))?\s+(.*)$')
FIELD = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"(?:#(\d+))?|(\S+))|(\S+)')
QUOTES = str.maketrans("’‘“”", "''\"\"")
NAMED = "NAM"


def number_sentences(document: Document) -> str:
    """The blank article for annotators: its annotated sentences, numbered from 1, a blank line between paragraphs."""
    text = document.text or ""
    lines = [f"# {document.id}"]
    previous_end = None
    for number, (start, end) in enumerate(document_sentences(document), 1):
        if previous_end is not None and "\n" in text[previous_end:start]:
            lines.append("")
        lines.append(f"[{number}] {text[start:end]}")
        previous_end = end
    return "\n".join(lines) + "\n"


def parse_quotes(notation: str, document: Document, ontology: Ontology, path: str = "") -> Document:
    """Resolve a file in quote notation against the blank document's text.

    Returns the document with mentions, entities, events and stances; raises `DataError` listing every line that is
    malformed, whose words are not in the sentence, or occur there several times without a `#n`.
    """
    parser = _Parser(document, ontology, path)
    for line, content in enumerate(notation.split("\n"), 1):
        if content.strip() and not content.lstrip().startswith("#"):
            parser.read(line, content.strip())
    return parser.finish()


@dataclass
class _Parser:
    document: Document
    ontology: Ontology
    path: str
    faults: list[Fault] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    stances: list[tuple[int, Stance]] = field(default_factory=list)
    same: list[tuple[int, str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    line: int = 0

    def __post_init__(self) -> None:
        self.sentences = document_sentences(self.document)

    def fault(self, found: str, expected: str, remedy: str, item: str = "") -> None:
        self.faults.append(Fault(found, expected, remedy, self.document.id, item, self.path, self.line))

    def read(self, line: int, content: str) -> None:
        self.line = line
        match = LINE.match(content)
        if match is None:
            self.fault(repr(content[:80]), 'M|E|S id sentence "words" type …', "Write the line in the quote notation.")
            return
        layer, item, number, words, occurrence, rest = match.groups()
        if not 1 <= int(number) <= len(self.sentences):
            self.fault(f"sentence {number}", f"1 to {len(self.sentences)}", "Correct the sentence's number.", item)
            return
        span = self.find(self.sentences[int(number) - 1], words, occurrence, item, f"sentence {number}")
        if span is not None:
            {"M": self.read_mention, "E": self.read_event, "S": self.read_stance}[layer](item, span, rest)

    def find(
        self, within: tuple[int, int], words: str, occurrence: str | None, item: str, where: str
    ) -> tuple[int, int] | None:
        """The span of the quoted words; quotation marks and apostrophes match whichever way they are typed."""
        text = (self.document.text or "").translate(QUOTES)
        wanted = re.sub(r"\\(.)", r"\1", words).translate(QUOTES)
        tokens = tokenize(self.document.text or "", *within)
        starts, ends = {start for start, _ in tokens}, {end for _, end in tokens}
        found = [
            hit.start()
            for hit in re.finditer(f"(?={re.escape(wanted)})", text[: within[1]])
            if hit.start() in starts and hit.start() + len(wanted) in ends and wanted
        ]
        if not found:
            self.fault(f"{words!r}, not in {where}", "words of that sentence, on token edges", "Quote exactly.", item)
        elif occurrence is None and len(found) > 1:
            self.fault(f"{words!r} {len(found)} times in {where}", "#n behind the quotation", "Say which.", item)
        elif occurrence is not None and not 1 <= int(occurrence) <= len(found):
            self.fault(f"#{occurrence} of {words!r} in {where}", f"#1 to #{len(found)}", "Correct the number.", item)
        else:
            start = found[int(occurrence or 1) - 1]
            return start, start + len(wanted)
        return None

    def fields(self, rest: str) -> Iterator[tuple[str, str, str | None]]:
        """(key, value, occurrence) of the fields, the key empty for a bare word."""
        for match in FIELD.finditer(rest):
            key, quoted, occurrence, plain, bare = match.groups()
            yield (key or "", quoted if quoted is not None else plain or bare or "", occurrence)

    def read_mention(self, item: str, span: tuple[int, int], rest: str) -> None:
        rest, _, name = (" " + rest + " ").partition(" = ")
        values: dict[str, str] = {}
        head = None
        for key, value, occurrence in self.fields(rest):
            if key == "head":
                head = self.find(span, value, occurrence, item, "the mention")
            elif key == "value":
                values["value"] = value
            elif not key and value in self.ontology.entity_type:
                values["type"] = value
            elif not key and value in self.ontology.levels:
                values["level"] = value
            elif not key and value in self.ontology.readings:
                values["reading"] = value
            else:
                self.unknown(f"{key}={value}" if key else value, "a type, level, reading, value= or head=", item)
        if "type" not in values:
            self.fault("no type", "an entity type", "Name one after the quotation.", item)
            return
        if name.strip():
            self.names[item] = name.strip()
        self.mentions.append(Mention(id=item, start=span[0], end=span[1], head=head, **values))

    def read_event(self, item: str, span: tuple[int, int], rest: str) -> None:
        values: dict[str, str] = {}
        condition = None
        arguments: list[Argument] = []
        for key, value, occurrence in self.fields(rest):
            if key == "if":
                condition = self.find_condition(span, value, occurrence, item)
            elif key == "source":
                values["source"] = value
            elif key == "same":
                self.same.append((self.line, item, value))
            elif key in self.ontology.roles:
                # which of the two ids it is, is known when all lines are read
                arguments.append(Argument(role=key, mention=value))
            elif not key and value in self.ontology.event_type:
                values["type"] = value
            elif not key and value in self.ontology.polarities:
                values["polarity"] = value
            elif not key and value in self.ontology.modalities:
                values["modality"] = value
            else:
                self.unknown(
                    f"{key}={value}" if key else value, "a type, attribute, role=, source=, same= or if=", item
                )
        if "type" not in values:
            self.fault("no type", "an event type", "Name one after the quotation.", item)
            return
        fillers = tuple(dict.fromkeys(arguments))
        self.events.append(Event(id=item, start=span[0], end=span[1], condition=condition, arguments=fillers, **values))

    def find_condition(self, span: tuple[int, int], words: str, occurrence: str | None, item: str) -> Span | None:
        sentence = next(s for s in self.sentences if s[0] <= span[0] < s[1])
        found = self.find(sentence, words, occurrence, item, "the trigger's sentence")
        return Span(*found) if found else None

    def read_stance(self, item: str, span: tuple[int, int], rest: str) -> None:
        values: dict[str, str] = {}
        explicit = None
        for key, value, _ in self.fields(rest):
            if key in ("holder", "target", "source"):
                values[key] = value
            elif not key and value in self.ontology.stance_labels:
                values["label"] = value
            elif not key and value in ("EXPLICIT", "IMPLICIT"):
                explicit = value == "EXPLICIT"
            else:
                self.unknown(f"{key}={value}" if key else value, "holder=, target=, source=, a label, EXPLICIT", item)
        missing = [key for key in ("holder", "target", "label") if key not in values]
        if missing:
            self.fault(f"no {', '.join(missing)}", "holder=, target= and a label", "Add what is missing.", item)
            return
        self.stances.append((self.line, Stance(id=item, explicit=explicit, evidence=Span(*span), **values)))

    def unknown(self, found: str, expected: str, item: str) -> None:
        self.fault(repr(found[:80]), expected, "Use the ontology's names.", item)

    def finish(self) -> Document:
        entities, mentions = self.entities()
        entity_of = {mention.id: mention.entity for mention in mentions}
        event_ids = {event.id for event in self.events}
        clusters = self.clusters(event_ids)
        events = [
            msgspec.structs.replace(
                event,
                cluster=clusters[event.id],
                arguments=tuple(
                    Argument(role=a.role, event=a.mention) if a.mention in event_ids else a for a in event.arguments
                ),
            )
            for event in self.events
        ]
        stances = []
        for line, stance in self.stances:
            self.line = line
            holder = entity_of.get(stance.holder)
            target = stance.target if stance.target in event_ids else entity_of.get(stance.target)
            if holder is None or target is None:
                wrong = stance.holder if holder is None else stance.target
                self.fault(f"{wrong!r}", "a mention with an entity (or an event as target)", "Correct it.", stance.id)
                continue
            stances.append(msgspec.structs.replace(stance, holder=holder, target=target))
        if self.faults:
            raise DataError(self.faults)
        return msgspec.structs.replace(
            self.document,
            mentions=tuple(mentions),
            entities=tuple(entities),
            events=tuple(events),
            stances=tuple(stances),
        )

    def entities(self) -> tuple[list[Entity], list[Mention]]:
        """Entities from the canonical names; an entity's type is that of its first name, else of its first mention."""
        members: dict[str, list[Mention]] = {}
        for mention in sorted(self.mentions, key=lambda m: (m.start, -m.end)):
            if mention.id in self.names:
                members.setdefault(self.names[mention.id], []).append(mention)
        ids = {name: f"e{number}" for number, name in enumerate(members, 1)}
        entities = []
        for name, group in members.items():
            first = next((m for m in group if m.level in self.ontology.levels[:1]), group[0])
            entities.append(Entity(id=ids[name], name=name, type=first.type))
        mentions = [
            msgspec.structs.replace(m, entity=ids[self.names[m.id]]) if m.id in self.names else m for m in self.mentions
        ]
        return entities, mentions

    def clusters(self, event_ids: set[str]) -> dict[str, str]:
        """Cluster ids from the `same=` links, every event without one its own."""
        parent = {event.id: event.id for event in self.events}

        def root(event: str) -> str:
            while parent[event] != event:
                event = parent[event]
            return event

        for line, item, other in self.same:
            self.line = line
            if item not in event_ids or other not in event_ids:
                self.fault(f"same={other}", "the id of an event", "Correct it.", item)
            else:
                parent[root(item)] = root(other)
        roots = dict.fromkeys(root(event.id) for event in sorted(self.events, key=lambda e: (e.start, e.end)))
        numbers = {name: f"c{number}" for number, name in enumerate(roots, 1)}
        return {event.id: numbers[root(event.id)] for event in self.events}


def write_quotes(document: Document) -> str:
    """The document's annotation in quote notation, sentence by sentence; `parse_quotes` gives it back."""
    writer = _Writer(document)
    lines = [f"# {document.id}"]
    lines += [writer.mention(m) for m in sorted(document.mentions, key=lambda m: (m.start, -m.end))]
    lines += [writer.event(e) for e in sorted(document.events, key=lambda e: (e.start, e.end))]
    lines += [writer.stance(s) for s in document.stances]
    return "\n".join(lines) + "\n"


class _Writer:
    def __init__(self, document: Document) -> None:
        self.text = document.text or ""
        self.sentences = document_sentences(document)
        self.names = {entity.id: entity.name for entity in document.entities}
        self.first: dict[str, str] = {}
        for mention in sorted(document.mentions, key=lambda m: (m.level != NAMED, m.start)):
            if mention.entity:
                self.first.setdefault(mention.entity, mention.id)
        self.cluster_first: dict[str, str] = {}
        for event in sorted(document.events, key=lambda e: (e.start, e.end)):
            if event.cluster:
                self.cluster_first.setdefault(event.cluster, event.id)

    def quote(self, start: int, end: int, within: tuple[int, int] | None = None) -> str:
        number, sentence = next((i, s) for i, s in enumerate(self.sentences, 1) if s[0] <= start and end <= s[1])
        begin, stop = within or sentence
        tokens = tokenize(self.text, begin, stop)
        starts, ends = {a for a, _ in tokens}, {b for _, b in tokens}
        text = self.text.translate(QUOTES)
        words = text[start:end]
        hits = [
            hit.start()
            for hit in re.finditer(f"(?={re.escape(words)})", text[:stop])
            if hit.start() in starts and hit.start() + len(words) in ends
        ]
        escaped = self.text[start:end].replace("\\", "\\\\").replace('"', '\\"')
        occurrence = f"#{hits.index(start) + 1}" if len(hits) > 1 else ""
        return f'{"" if within else f"{number} "}"{escaped}"{occurrence}'

    def mention(self, mention: Mention) -> str:
        parts = ["M", mention.id, self.quote(mention.start, mention.end), mention.type]
        parts += [part for part in (mention.level, mention.reading) if part]
        if mention.value:
            parts.append(f'value="{mention.value}"')
        if mention.head:
            parts.append(f"head={self.quote(*mention.head, within=(mention.start, mention.end))}")
        if mention.entity:
            parts.append(f"= {self.names[mention.entity]}")
        return " ".join(parts)

    def event(self, event: Event) -> str:
        parts = ["E", event.id, self.quote(event.start, event.end), event.type]
        parts += [part for part in (event.polarity, event.modality) if part]
        if event.source:
            parts.append(f"source={event.source}")
        if event.condition:
            parts.append(f"if={self.quote(event.condition.start, event.condition.end).partition(' ')[2]}")
        first = self.cluster_first.get(event.cluster or "", event.id)
        if first != event.id:
            parts.append(f"same={first}")
        parts += [f"{a.role}={a.mention or a.event}" for a in event.arguments]
        return " ".join(parts)

    def stance(self, stance: Stance) -> str:
        evidence = stance.evidence or Span(0, 0)
        parts = ["S", stance.id, self.quote(evidence.start, evidence.end)]
        parts += [f"holder={self.first[stance.holder]}", f"target={self.first.get(stance.target, stance.target)}"]
        parts += [stance.label, "EXPLICIT" if stance.explicit else "IMPLICIT", f"source={stance.source}"]
        return " ".join(parts)
