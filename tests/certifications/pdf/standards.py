"""What PDF/A-2a and PDF/UA-1 ask for, looked at with a library that is not the one that wrote the file."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pikepdf

from tests.certifications.pdf.reading import Reading, unicodes

PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
# None may act by itself, nor ask for something outside the file.
ACTIVE = ("/JavaScript", "/JS", "/AA", "/OpenAction", "/EmbeddedFiles", "/EF", "/RichMedia", "/Launch", "/AcroForm")


def assert_archivable_and_accessible(reading: Reading, *, links: tuple[str, ...] = ()) -> None:
    pdf = reading.pdf
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        assert (xmp[f"{PDFA}part"], xmp[f"{PDFA}conformance"], xmp[f"{PDFUA}part"]) == ("2", "A", "1")
        assert xmp["dc:title"] == str(pdf.docinfo["/Title"])
    assert not pdf.is_encrypted
    assert str(pdf.Root.Lang) == "fr-FR"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    assert "/OutputIntents" in pdf.Root
    assert_embedded(pdf)
    assert_structured(reading)
    assert [name for each in dictionaries(pdf) for name in ACTIVE if name in each] == []
    assert [str(each["/URI"]) for each in dictionaries(pdf) if "/URI" in each] == list(links)
    assert [
        each for each in dictionaries(pdf) if each.get("/Type") == "/Filespec" or ("/F" in each and is_stream(each))
    ] == []


def assert_embedded(pdf: pikepdf.Pdf) -> None:
    fonts = [font for page in pdf.pages for font in page.resources.get("/Font", {}).values()]
    assert fonts
    for font in fonts:
        assert unicodes(font)
        (descendant,) = font.DescendantFonts
        assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys())


def assert_structured(reading: Reading) -> None:
    tree = reading.tree
    (document,) = tree.children
    assert document.role == "Document"
    assert len(tree.find("H1")) == 1
    levels = [int(node.role[1]) for node in tree.walk() if node.role in {"H1", "H2", "H3"}]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(figure.alt for figure in tree.find("Figure"))
    for table in tree.find("Table"):
        headers = table.find("TH")
        assert headers
        assert {header.attributes["Scope"] for header in headers} == {"/Column"}
        assert all(len(row.children) == len(headers) for row in table.find("TR"))


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, those written inside another too."""
    for each in pdf.objects:
        yield from inside(each)


def inside(each: Any) -> Iterator[Any]:
    if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
        yield each
        values = list(each.values()) if isinstance(each, pikepdf.Dictionary) else list(each.stream_dict.values())
    elif isinstance(each, pikepdf.Array):
        values = list(each)
    else:
        return
    for value in values:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from inside(value)


def is_stream(each: Any) -> bool:
    return isinstance(each, pikepdf.Stream)
