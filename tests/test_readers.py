"""Every format gives the same thing: words, and places that a person can follow to them."""

import io
import json
import re
from pathlib import Path

import docx
import pytest
from lxml import etree
from small_pdf import make_pdf

from ingest.readers import Document, Format, Unreadable, read, recognise
from ingest.readers.dates import dates_of
from ingest.readers.document import Provision, Standing

CLML = """<?xml version="1.0"?>
<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation" DocumentURI="http://www.legislation.gov.uk/ukpga/2014/99/2026-01-01">
<Primary><Body>
<Part><Number>PART 1</Number><Title>Care</Title>
<P1group><Title>Duty to promote</Title><P1 id="section-1"><Pnumber>1</Pnumber><P1para>
 <P2><Pnumber>1</Pnumber><P2para><Text>The authority<FootnoteRef Ref="f1"/> must promote well-being.</Text></P2para></P2>
 <P2><Pnumber>2</Pnumber><P2para><Text>It must have regard to—</Text>
   <P3><Pnumber>a</Pnumber><P3para><Text>dignity, and</Text></P3para></P3>
   <P3><Pnumber>b</Pnumber><P3para><Text>housing,</Text></P3para></P3>
   <Text>and must write down its reasons.</Text></P2para></P2>
</P1para></P1></P1group>
<P1group Status="Prospective"><Title>Cap</Title><P1 id="section-2"><Pnumber>2</Pnumber><P1para><Text>There is a cap.</Text></P1para></P1></P1group>
<P1group><Title>Gone</Title><P1 id="section-3"><Pnumber>3</Pnumber><P1para><Text>. . . . . .</Text></P1para></P1></P1group>
<P1group Match="false" RestrictStartDate="2027-01-01"><Title>Later</Title><P1 id="section-4"><Pnumber>4</Pnumber><P1para><Text>Later law.</Text></P1para></P1></P1group>
<P1group><Title>Changes</Title><P1 id="section-5"><Pnumber>5</Pnumber><P1para><Text>After section 9 insert—</Text>
 <BlockAmendment><P1><Pnumber>9A</Pnumber><P1para><Text>New words.</Text></P1para></P1></BlockAmendment><AppendText>.</AppendText></P1para></P1></P1group>
<P1group><Title>Struck</Title><P1 id="section-6"><Pnumber>6</Pnumber><P1para>
 <P2><Pnumber>1</Pnumber><P2para><Text><Repeal RetainText="true" Extent="E+W">No longer.</Repeal></Text></P2para></P2>
 <P2><Pnumber>2</Pnumber><P2para><Text>Living <Repeal RetainText="true">dead</Repeal> words.</Text></P2para></P2>
 <P2><Pnumber>3</Pnumber><P2para><Text><Repeal RetainText="true" Extent="S">Scotland only.</Repeal></Text></P2para></P2></P1para></P1></P1group>
</Part></Body>
<Schedules><Schedule><Number>SCHEDULE 2</Number><TitleBlock><Title>Payments</Title></TitleBlock><ScheduleBody>
 <P1><Pnumber>1</Pnumber><P1para><Text>First.</Text></P1para></P1>
 <Tabular><table xmlns="http://www.w3.org/1999/xhtml"><tbody><tr><td>Upper</td><td>£23,250</td></tr></tbody></table></Tabular>
</ScheduleBody></Schedule></Schedules></Primary>
<Footnotes><Footnote id="f1"><FootnoteText><Para><Text>A note.</Text></Para></FootnoteText></Footnote></Footnotes>
</Legislation>"""

AKN = """<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0" xmlns:uk="https://www.legislation.gov.uk/namespaces/UK-AKN"><act name="ukpga"><meta>
<identification><FRBRWork><FRBRthis value="http://www.legislation.gov.uk/id/ukpga/2014/99"/></FRBRWork></identification>
<analysis><otherAnalysis><uk:status href="#section-2" refersTo="#status-prospective"/><uk:match href="#section-4" value="false"/></otherAnalysis></analysis></meta>
<body><part eId="part-1"><num>PART 1</num><heading>Care</heading>
<section eId="section-1"><num>1</num><heading>Duty</heading>
 <subsection eId="section-1-1"><num>(1)</num><content><p>The authority must<noteRef href="#n"/> promote well-being.</p></content></subsection>
 <subsection eId="section-1-2"><num>(2)</num><intro><p>It must have regard to—</p></intro><paragraph><num>(a)</num><content><p>dignity.</p></content></paragraph><wrapUp><p>and write.</p></wrapUp></subsection></section>
<section eId="section-2"><num>2</num><heading>Cap</heading><content><p>There is a cap.</p></content></section>
<section eId="section-4"><num>4</num><heading>Later</heading><content><p>Later law.</p></content></section></part></body>
<attachments><attachment><hcontainer name="schedule" eId="schedule-1"><num>SCHEDULE 1</num><heading>Payments</heading>
 <paragraph eId="schedule-1-paragraph-1"><num>1</num><content><p>First.</p></content></paragraph></hcontainer></attachment></attachments>
</act></akomaNtoso>"""

GUIDANCE = {
    "title": "Care and support statutory guidance",
    "public_updated_at": "2026-02-11T10:00:00Z",
    "first_published_at": "2014-10-23T00:00:00Z",
    "schema_name": "html_publication",
    "details": {
        "body": """<h2 id="assessment">6. Assessment and eligibility</h2><p>6.1 The first paragraph.</p><p>6.2 The second:</p>
<ul><li>one</li><li>two</li></ul><p>Not numbered. 3.5 million people.</p><h3 id="refusal">Refusal</h3><p>6.12 A person may refuse.<sup id="fnref:1"><a href="#fn:1">1</a></sup></p>
<details><summary>More about refusal</summary><p>Hidden words.</p></details>
<table><tr><th>Who</th><th>What</th></tr><tr><td>Carer</td><td>£10</td></tr></table>
<h2 id="AnnexA">Annex A: Choice of accommodation</h2><p>1) The first of the annex.</p><p>2) The second.</p><script>alert(1)</script>
<div class="footnotes"><ol><li>A note.</li></ol></div>"""
    },
}

PAGE = """<!DOCTYPE html><html><head><title>Carers | Westmarch</title><meta property="article:modified_time" content="2026-03-20T09:00:00Z"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/bins">Bins</a></li></ul></nav><main><h1>Support for carers</h1>
<p>Westmarch Council supports people who look after somebody else, with advice, breaks and a yearly payment for things that help.</p>
<h2 id="breaks">Breaks from caring</h2><p>You can have up to 42 days of replacement care in a year, arranged by the carers team at the council.</p>
<p>Ask at least fourteen days before, so that a suitable place can be found near the home of the person you look after.</p></main>
<script>steal()</script><footer><p>Cookies and privacy</p></footer></body></html>"""


def by_ref(document: Document) -> dict[str, Provision]:
    return {provision.ref: provision for provision in reversed(list(document.provisions()))}


def words(document: Document, ref: str) -> str:
    provision = by_ref(document)[ref]
    return document.text[provision.start : provision.end].strip()


def test_clml_is_read_by_its_structure() -> None:
    law = read(CLML.encode())
    assert (law.format, law.identifier) == ("clml", "ukpga-2014-99")
    tops = ["s.1", "s.2", "s.3", "s.4", "s.5", "s.6", "sch.2 para.1", "sch.2"]
    assert [top.ref for top in law.tops] == tops
    assert words(law, "s.1(2)(a)") == "(a) dignity, and"
    assert words(law, "s.1(2)").endswith("and must write down its reasons.")
    assert words(law, "s.1(1)") == "(1) The authority must promote well-being."
    assert words(law, "sch.2") == "Upper\t£23,250"
    assert by_ref(law)["s.1"].heading == "Duty to promote"
    assert "A note" not in law.text


def test_clml_marks_what_is_not_law_in_england() -> None:
    standing = {ref: provision.standing for ref, provision in by_ref(read(CLML.encode())).items()}
    assert standing["s.2"] is Standing.PROSPECTIVE
    assert standing["s.3"] is Standing.REPEALED
    assert standing["s.4"] is Standing.NOT_MATCHING
    assert standing["s.6(1)"] is Standing.REPEALED
    assert standing["s.6(2)"] is Standing.REPEALED_IN_PART
    assert standing["s.6(3)"] is standing["s.6"] is standing["s.1"] is Standing.LIVING


def test_words_put_into_another_law_are_no_provisions_of_this_one() -> None:
    law = read(CLML.encode())
    assert words(law, "s.5") == "After section 9 insert—\n“9A New words.”."
    assert "s.9A" not in by_ref(law)


def test_akoma_ntoso_gives_the_same_places() -> None:
    law = read(AKN.encode())
    assert (law.format, law.identifier) == ("akn", "ukpga-2014-99")
    assert [top.ref for top in law.tops] == ["s.1", "s.2", "s.4", "sch.1 para.1"]
    assert words(law, "s.1(2)") == "(2) It must have regard to—\n(a) dignity.\nand write."
    assert by_ref(law)["s.2"].standing is Standing.PROSPECTIVE
    assert by_ref(law)["s.4"].standing is Standing.NOT_MATCHING


def test_govuk_guidance_keeps_paragraph_numbers_annexes_and_anchors() -> None:
    guidance = read(json.dumps(GUIDANCE).encode())
    assert (guidance.format, guidance.updated, guidance.published) == ("govuk", "2026-02-11", "2014-10-23")
    assert words(guidance, "para.6.2") == "6.2 The second:\none\ntwo\nNot numbered. 3.5 million people."
    assert words(guidance, "para.6.12").startswith(
        "6.12 A person may refuse.\nMore about refusal\nHidden words.\nWho\tWhat"
    )
    assert words(guidance, "annex.A para.2") == "2) The second."
    assert guidance.anchors["para.6.12"] == "refusal"
    assert guidance.anchors["ch.6"] == "assessment"
    assert guidance.anchors["annex.A"] == "AnnexA"
    assert "alert" not in guidance.text and "A note" not in guidance.text


def test_signs_that_a_terminal_obeys_are_no_words() -> None:
    item = {"title": "A page\x1b[2J", "details": {"body": "<p>Some words\x1b[31m and\x9b2J more.</p>"}}
    page = read(json.dumps(item).encode())
    assert (page.title, page.text) == ("A page [2J", "Some words [31m and 2J more.\n")


def test_a_withdrawn_page_is_never_law_to_quote() -> None:
    page = read(json.dumps(GUIDANCE | {"withdrawn_notice": {"withdrawn_at": "2025-01-01T00:00:00Z"}}).encode())
    assert {provision.standing for provision in page.provisions()} == {Standing.WITHDRAWN}
    assert "withdrawn on 2025-01-01" in page.notes[0]


def test_a_web_page_gives_its_main_text_and_dates() -> None:
    page = read(PAGE.encode())
    assert (page.format, page.title, page.updated) == ("html", "Support for carers", "2026-03-20")
    assert words(page, "h.breaks").startswith("You can have up to 42 days")
    assert page.anchors["h.breaks"] == "breaks"
    assert not re.search("Cookies|Bins|steal", page.text)


def test_a_pdf_gives_pages_headings_and_paragraphs() -> None:
    pages = [
        [
            (20, "Charging policy 2026"),
            (14, "Day centres"),
            (10, "A place costs £38.50 a day and is"),
            (10, "charged for each day you come."),
        ],
        [(14, "Telecare"), (10, "The alarm is free for six weeks. After that it costs £4.75 a week.")],
    ]
    pdf = read(make_pdf(pages))
    assert (pdf.format, pdf.title, pdf.updated) == ("pdf", "Charging policy 2026", "2026-03-20")
    assert [(top.ref, top.heading) for top in pdf.tops] == [("p.1", "Day centres"), ("p.2", "Telecare")]
    assert words(pdf, "p.1") == "A place costs £38.50 a day and is charged for each day you come."


def test_a_scanned_pdf_is_refused_with_a_clear_word() -> None:
    with pytest.raises(Unreadable, match="pictures without words"):
        read(make_pdf([[], [], []]))


def test_a_word_document_gives_headings_numbers_and_tables() -> None:
    document, file = docx.Document(), io.BytesIO()
    document.add_heading("Carers policy", 0)
    document.add_heading("1. Breaks", 1)
    document.add_paragraph("1.1 Carers can have 42 days.")
    document.add_heading("Payments", 1)
    document.add_paragraph("First step", style="List Number")
    document.add_paragraph("Second step", style="List Number")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Carer", "£250"
    document.save(file)
    read_back = read(file.getvalue())
    assert (read_back.format, read_back.title) == ("docx", "Carers policy")
    assert words(read_back, "para.1.1") == "1.1 Carers can have 42 days."
    assert words(read_back, "h.payments") == "1. First step\n2. Second step\nCarer\t£250"


def test_markdown_and_text_are_cut_at_their_headings() -> None:
    markdown = read(
        b"# Policy\n\n## Who pays\n\nYou *may* pay [here](/x).\n\n- one\n\n| a | b |\n|---|---|\n| c | d |\n", "x.md"
    )
    assert words(markdown, "h.who-pays") == "You may pay here.\none\na\tb\nc\td"
    text = read(b"Our policy\nPublished: 3 May 2026\nWho pays\nThe council works out what you pay, by your income.\n")
    assert words(text, "h.who-pays") == "The council works out what you pay, by your income."
    assert (text.title, text.published) == ("Our policy", "2026-05-03")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_any_usual_encoding_keeps_its_pounds_and_dashes(encoding: str) -> None:
    read_back = read("Rates\nIt costs £4.75 – not more – in each week of the year.\n".encode(encoding))
    assert "£4.75 – not" in read_back.text


@pytest.mark.parametrize(
    ("raw", "name", "format"),
    [
        (CLML.encode(), "x.bin", Format.CLML),
        (b"\xef\xbb\xbf" + AKN.encode(), "", Format.AKN),
        (b'{"details": {}}', "", Format.GOVUK),
        (b"<!doctype html><p>x", "", Format.HTML),
        (b"%PDF-1.7", "policy.docx", Format.PDF),
        (b"# Title", "a.md", Format.MARKDOWN),
        (b"Just words", "", Format.TEXT),
    ],
)
def test_a_format_is_told_by_what_a_file_holds(raw: bytes, name: str, format: Format) -> None:
    assert recognise(raw, name) is format


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\xd0\xcf\x11\xe0", r"\.doc"),
        (b"PK\x03\x04 not a zip", "no Word document"),
        (b"<Legislation><broken>", "not well-formed"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Legislation>&a;</Legislation>', "document type"),
        (b"\x00\x01\x02\x03\x04 binary \x05\x06", "encoding"),
        (b"Words that clear the terminal \x1b[2J of who reads them", "encoding"),
        (b'{"title": 1}', "no item of the GOV"),
        (b"%PDF-1.7 nothing", "cannot be opened as PDF"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(raw: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        read(raw)


def samples(shared: Path, folder: str) -> list[Path]:
    return sorted((shared / "formats" / folder).iterdir())


def test_each_sample_of_clml_has_as_many_sections_as_its_xml(shared: Path) -> None:
    for path in samples(shared, "clml"):
        root = etree.fromstring(path.read_bytes())
        apart = {"BlockAmendment", "Versions"}
        sections = [p for p in root.iter("{*}P1") if not apart & {etree.QName(a).localname for a in p.iterancestors()}]
        law = read(path.read_bytes(), path.name)
        assert len(law.tops) == len(sections), path.name
        assert len({top.ref for top in law.tops}) == len(sections), path.name


def test_the_same_law_in_both_formats_has_the_same_places_and_words(shared: Path) -> None:
    for path in samples(shared, "akn"):
        akn = read(path.read_bytes())
        clml = read((shared / "formats" / "clml" / path.name.replace(".akn", "")).read_bytes())
        assert [p.ref for p in akn.provisions()] == [p.ref for p in clml.provisions()]
        assert [p.standing for p in akn.provisions()] == [p.standing for p in clml.provisions()]
        if "2016-24" not in path.name:  # its formulas are laid out differently in the two
            assert akn.text == clml.text


@pytest.mark.parametrize("folder", ["clml", "akn", "govuk"])
def test_every_span_of_every_sample_lies_in_its_parent_and_holds_words(shared: Path, folder: str) -> None:
    for path in samples(shared, folder):
        document = read(path.read_bytes(), path.name)
        for top in document.tops:
            assert document.text[top.start : top.end].strip(), (path.name, top.ref)
            for provision in top.walk():
                assert provision.start <= provision.own_end <= provision.end <= len(document.text)
                assert all(
                    provision.start <= child.start and child.end <= provision.end for child in provision.children
                )


def test_a_malformed_date_in_linked_data_does_not_refuse_the_page() -> None:
    linked = '{"datePublished": "2024-\\q01-02", "dateModified": "2025-03-04"}'
    page = f'<html><head><script type="application/ld+json">{linked}</script></head></html>'
    assert dates_of(etree.HTML(page), "") == ("", "2025-03-04")
