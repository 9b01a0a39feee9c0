"""A person's way, in a real browser: log in, mark, choose, name, link, submit; what is pulled is what was marked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.live.labelling_page import LabellingPage, eventually, hotkeys
from tests.live.labelling_page import Span as Place

from detente.annotation.canonical import canonical
from detente.annotation.connection import Server, connect
from detente.annotation.export import convert_export
from detente.annotation.pull import pull
from detente.annotation.push import Plan, push
from detente.annotation.serve import Running
from detente.annotation.tasks import AnnotatedDocument
from detente.documents import Argument, Document, Entity, Event, Mention, Span, Stance
from detente.ingest.sources import ingest_files
from detente.ontology import Ontology

pytestmark = pytest.mark.live

Documents = tuple[Document, Document, Document]
GUIDELINES = Path(__file__).resolve().parents[2] / "annotation/guidelines.md"
# emoji of several code points, accents that nothing composes, double spaces, another system's line ends
SOURCE = (
    "Talks in Testville\r\n\r\n"
    "\U0001f6f0\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467  Norlandic  army  chiefs  of  Spin\u0308alville"
    "  praised  Sudria  on  Monday.\r\n\r\n"
    "Sudria\u2019s envoy \U0001f1f8\U0001f1ea criticised Norland over the rock\u0302y plan.\r\n"
)


@pytest.fixture(scope="module")
def lead(running: Running) -> Server:
    return connect(running.address, running.token)


@pytest.fixture(scope="module")
def page(browser: Any, running: Running) -> LabellingPage:
    """The browser, logged in through the form."""
    page = LabellingPage(browser, running.address)
    page.log_in(running.email, running.password)
    return page


@pytest.fixture
def article(tmp_path: Path) -> Document:
    """The article as it is ingested from its bytes."""
    (tmp_path / "live-crlf.txt").write_bytes(SOURCE.encode())
    facts = 'id = "live-crlf"\ntitle = "Talks in Testville"\npublished = "2024-05-01"\nsources = []\nstory = "s"\n'
    facts += 'licence = "CC0-1.0"\nlanguage = "en"\nfamily = "f"\nregion = "r"\nkind = "news"\ndebris = []\n'
    facts += 'subheadings = []\n[provenance]\ntext = { kind = "human" }\n'
    (tmp_path / "live-crlf.toml").write_text(facts, "utf-8")
    (document,) = ingest_files([tmp_path / "live-crlf.txt"])
    return document


def open_pushed(page: LabellingPage, lead: Server, document: Document, plan: Plan, ontology: Ontology) -> int:
    """Push one document by a plan and open it; the project's number."""
    (pushed,) = push(lead, [document], plan, ontology)
    (task,) = lead.client.tasks.list(project=pushed.project, fields="task_only")
    page.open(pushed.project, int(task.id), document.text or "")
    page.select_after_creating()
    return pushed.project


def submit(page: LabellingPage, lead: Server, project: int) -> None:
    page.submit()
    eventually(lambda: any(task["annotations"] for task in pull(lead, project)))


def pulled(lead: Server, project: int, ontology: Ontology, *, gold: bool = False) -> Document:
    (version,) = convert_export(pull(lead, project), ontology, gold=gold).documents
    return version.document


def test_an_annotator_marks_every_layer_submits_edits_and_submits_again(
    page: LabellingPage, lead: Server, running: Running, article: Document, ontology: Ontology
) -> None:
    project = open_pushed(page, lead, article, Plan("full", (running.email,), "person"), ontology)
    keys = hotkeys(ontology, "full")
    text = page.text
    assert "\r" not in text
    assert "  army  chiefs" in text
    norlandic, army = page.span("Norlandic"), page.span("Norlandic  army")
    sudria, again, norland = page.span("Sudria", last=False), page.span("Sudria"), page.span("Norland")
    envoy, monday, cafe = page.span("Sudria\u2019s envoy"), page.span("Monday"), page.span("Spin\u0308alville")
    praised, criticised = page.span("praised"), page.span("criticised")
    evidence = page.span("criticised Norland over the rock\u0302y plan")

    def mention(place: Place, kind: str, level: str = "", reading: str = "", entity: str = "", value: str = "") -> None:
        page.mark(keys["mention", kind], place)
        page.press(*(keys[name] for name in (("level", level), ("reading", reading)) if name[1]))
        for field, words in (("entity", entity), ("value", value)):
            if words:
                page.type_into(field, words)

    # nested mentions, the outer one first and the other way round; names in full, as the words say, and begun
    mention(army, "MIL", "NAM", entity="=")
    mention(norlandic, "GPE", "ADJ", "government", "Norland")
    mention(cafe, "GPE", "NAM", "place", "=")
    mention(sudria, "GPE", "NAM", "government", "=")
    mention(again, "GPE", "NAM", "government", "Su*")
    mention(envoy, "PER", "NOM", entity="envoy of Sudria")
    mention(norland, "GPE", "NAM", "government", "=")
    mention(monday, "TIME", value="2024-04-29")
    # an event of which all is chosen, with two arguments; another whose polarity and source are left open
    page.mark(keys["event", "ENDORSE"], praised)
    page.press(keys["polarity", "NEG"], keys["modality", "POSSIBLE"], keys["event_source", "unspecified"])
    for place, role, at in ((army, "Agent", army[1] - 2), (sudria, "Endorsed", sudria[0] + 1)):
        page.link(praised, place, (praised[0] + 3, at))
        page.label_relation(role)
    page.mark(keys["event", "ACCUSE_CRITICISE"], criticised)
    page.press(keys["modality", "ACTUAL"])
    # a stance with holder and target
    page.mark(keys["evidence", "STANCE"], evidence)
    page.press(keys["stance_label", "OPPOSE"], keys["explicit", "EXPLICIT"])
    for place, label, at in ((envoy, "holder", envoy[1] - 2), (norland, "target", norland[0] + 3)):
        page.link(evidence, place, (evidence[1] - 3, at))
        page.label_relation(label)
    submit(page, lead, project)

    def words(name: str) -> str:
        return " ".join(name.split())

    mentions = (
        Mention("a", *army, "MIL", level="NAM", entity="A"),
        Mention("b", *norlandic, "GPE", level="ADJ", reading="government", entity="N"),
        Mention("c", *cafe, "GPE", level="NAM", reading="place", entity="C"),
        Mention("d", *sudria, "GPE", level="NAM", reading="government", entity="S"),
        Mention("e", *again, "GPE", level="NAM", reading="government", entity="S"),
        Mention("f", *envoy, "PER", level="NOM", entity="E"),
        Mention("g", *norland, "GPE", level="NAM", reading="government", entity="N"),
        Mention("h", *monday, "TIME", value="2024-04-29"),
    )
    entities = (
        Entity("A", "Norlandic army", "MIL"),
        Entity("N", "Norland", "GPE"),
        Entity("C", words(text[slice(*cafe)]), "GPE"),
        Entity("S", "Sudria", "GPE"),
        Entity("E", "envoy of Sudria", "PER"),
    )
    agent, endorsed = Argument("Agent", mention="a"), Argument("Endorsed", mention="d")
    praise = Event(
        *("v", "ENDORSE", *praised, "NEG", "POSSIBLE", "unspecified"), cluster="v", arguments=(agent, endorsed)
    )
    criticism = Event("w", "ACCUSE_CRITICISE", *criticised, "POS", "ACTUAL", "author", cluster="w")
    stance = Stance("s", "E", "N", "OPPOSE", True, "author", Span(*evidence))
    marked = msgspec.structs.replace(
        article, mentions=mentions, entities=entities, events=(praise, criticism), stances=(stance,)
    )
    assert pulled(lead, project, ontology) == canonical(marked, ontology)

    # edits: another reading, one argument gone, a source drawn
    (task,) = lead.client.tasks.list(project=project, fields="task_only")
    page.open(project, int(task.id), text)
    page.select(norland, norland[0] + 3)
    page.press(keys["reading", "population"])
    page.delete_relation(0)
    page.link(criticised, envoy, (criticised[0] + 2, envoy[1] - 2))
    page.label_relation("source")
    page.submit()
    reread = tuple(msgspec.structs.replace(m, reading="population") if m.id == "g" else m for m in mentions)
    events = (
        msgspec.structs.replace(praise, arguments=(endorsed,)),
        msgspec.structs.replace(criticism, source="f"),
    )
    edited = canonical(msgspec.structs.replace(marked, mentions=reread, events=events), ontology)
    eventually(lambda: pulled(lead, project, ontology) == edited)
    assert [len(task["annotations"]) for task in pull(lead, project)] == [1]


def test_a_required_choice_left_open_holds_the_submission_back(
    page: LabellingPage, lead: Server, running: Running, blanks: Documents, ontology: Ontology
) -> None:
    project = open_pushed(page, lead, blanks[0], Plan("mentions", (running.email,), "open"), ontology)
    page.mark(hotkeys(ontology, "mentions")["mention", "GPE"], page.span("Testland"))
    page.submit()
    eventually(lambda: "A mention has no level yet." in page.driver.page_source)
    assert [task["annotations"] for task in pull(lead, project)] == [[]]


def test_a_version_opened_and_submitted_unchanged_loses_nothing(
    page: LabellingPage,
    lead: Server,
    running: Running,
    blanks: Documents,
    annotated: Documents,
    ontology: Ontology,
) -> None:
    versions = {"live-1": [AnnotatedDocument(annotated[0], "alice@example.org", "full")]}
    project = open_pushed(page, lead, blanks[0], Plan("full", (running.email,), "as-is", versions=versions), ontology)
    submit(page, lead, project)
    assert pulled(lead, project, ontology) == canonical(annotated[0], ontology)


@pytest.mark.parametrize(
    ("pass_name", "heading", "other"),
    [("mentions", "Mentions", "Stance"), ("events", "Events", "Mentions"), ("stance", "Stance", "Events")],
)
def test_the_guidelines_for_a_pass_are_one_click_away(
    page: LabellingPage,
    lead: Server,
    running: Running,
    blanks: Documents,
    ontology: Ontology,
    pass_name: str,
    heading: str,
    other: str,
) -> None:
    plan = Plan(pass_name, (running.email,), "guided", guidelines=GUIDELINES.read_text("utf-8"))
    open_pushed(page, lead, blanks[0], plan, ontology)
    page.driver.find_element("xpath", "//button[normalize-space()='Instructions']").click()
    guide = eventually(lambda: page.driver.find_elements("css selector", ".detente-guide"))[0]
    headings = [found.get_attribute("textContent") for found in guide.find_elements("css selector", "h2")]
    assert eventually(guide.is_displayed)
    assert headings == [heading, "Tables"]
    assert other not in headings
    assert guide.find_elements("css selector", "td")
