"""A file sent to be verified: ours to the byte, signed by us, borrowed from one of ours, or a stranger's."""

import base64
import json
from io import BytesIO
from uuid import uuid4

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certifications.badges.baking import bake_png, bake_svg
from certifications.badges.credential import open_badge
from certifications.badges.issuer import Issuer
from certifications.badges.jwt import sign_jwt
from certifications.badges.keys import SigningKey, did_web
from certifications.enums import Finding
from certifications.models import BadgeKey, Credential
from certifications.public import MOST_BYTES
from certifications.queries.badges import did, issuer
from certifications.services import badge_of, correct, forget_holder, revoke, revoke_badge_key
from certifications.services.files import pdf_of
from cms.accounts import services as accounts
from cms.accounts.queries import Name
from tests.certifications.badges.samples import forged
from tests.certifications.badges.test_baking import PNG, SVG
from tests.factories.certifications import credential
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db

STRANGER = SigningKey(bytes(range(2, 34)))
ELSEWHERE = Issuer(did_web("https://ailleurs.example"), "Ailleurs", "https://ailleurs.example/")
PAGE = "/attestations/verifier/"


@pytest.fixture
def held(professional):
    one = credential(professional)
    return Credential.objects.with_facts().get(pk=one.pk)


@pytest.fixture
def badge(held):
    return badge_of(credential=held)


def pdf(one=None):
    """What a PDF shows in clear: its metadata, and the address of its link."""
    number = one.public_id if one else uuid4()
    return b"%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n/URI (https://x.example/attestations/verifier/%s/)\n%%%%EOF" % (
        str(number).encode()
    )


def given(one):
    """The PDF the site gives."""
    return pdf_of(one)[1]


def send(content, name="attestation.pdf", client=None):
    return (client or StrictClient()).post(PAGE, {"fichier": SimpleUploadedFile(name, content)})


def found(content, name="attestation.pdf"):
    """The words of the answer to a file."""
    response = send(content, name)
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def token_of(one, key, issued_by=None, **changes):
    """A badge of that credential as somebody else would sign it."""
    unsigned = open_badge(
        one.snapshot | changes,
        issuer=issued_by or issuer("Un autre organisme"),
        status_list="https://x.example/0/",
        status_index=1,
        disclose=False,
        salt="sel",
        achievement_url="urn:uuid:0b6b3a5e-1f77-4a0b-8a35-2f4f7d2f7b44",
    )
    return sign_jwt(unsigned, key, issued_by.did if issued_by else did())


def test_a_pdf_we_gave_is_ours_to_the_byte_and_says_what_it_is_worth(held):
    page = found(given(held))
    assert str(Finding.FILE.label) in page
    assert "Cette attestation est valable" in page
    assert held.snapshot["holder"]["name"] in page


def test_a_byte_changed_in_a_pdf_makes_it_another_file(held):
    content = given(held)
    page = found(content + b" ")
    assert "ce n'est pas le fichier que nous avons donné" in page
    assert f'href="{held.get_absolute_url()}"' in page
    assert "Cette attestation est valable" not in page


def test_a_pdf_written_again_by_a_program_is_another_file(held):
    """Its pages say the same; nothing says that they still do."""
    written = BytesIO()
    with pikepdf.open(BytesIO(given(held))) as document:
        document.save(written)
    page = found(written.getvalue())
    assert "ce n'est pas le fichier que nous avons donné" in page
    assert f'href="{held.get_absolute_url()}"' in page


def test_a_pdf_with_the_payload_of_another_shows_the_other_by_its_link_only(held, lead):
    other = credential(lead)
    given(held)
    page = found(pdf(other).replace(b"%%EOF", held.snapshot["holder"]["name"].encode() + b"%%EOF"))
    assert str(Finding.BORROWED.label) in page
    assert f'href="{other.get_absolute_url()}"' in page
    assert held.snapshot["holder"]["name"] not in page


STRANGE = (
    pdf(), b"%PDF-1.7", b"\0" * 1000, b"bonjour", b"{}", b"<svg", PNG, SVG, b"eyJ.e30.", b"\xff\xfe\x00", b"PK\x03\x04"
)  # fmt: skip


def test_a_file_of_somebody_else_is_not_ours(db):
    for content in STRANGE:
        assert str(Finding.STRANGE.label) in found(content, "fichier.bin")


def test_a_badge_in_each_of_its_forms_is_ours(held, badge):
    for form in ("svg", "png", "json", "jwt"):
        page = found(getattr(badge, form), f"badge.{form}")
        assert str(Finding.BADGE.label) in page
        assert "Cette attestation est valable" in page
        assert str(held.public_id) in page


def test_a_revoked_badge_is_ours_and_worth_nothing(held, badge, coordinator):
    revoke(credential=held, author=coordinator, reason="Confusion.")
    page = found(badge.png)
    assert str(Finding.BADGE.label) in page
    assert "Cette attestation a été retirée" in page
    assert "Raison&nbsp;: Confusion." in page


def test_a_replaced_badge_leads_to_what_replaces_it(held, badge, coordinator):
    right = correct(credential=held, author=coordinator, reason="Nom.", name=Name("A", "B"))
    page = found(badge.jwt)
    assert "Cette attestation a été remplacée" in page
    assert right.get_absolute_url() in page


def test_a_badge_of_an_erased_person_shows_nothing_of_them(held, badge, professional):
    name = professional.last_name
    accounts.erase(person=professional)
    forget_holder(person=professional)
    page = found(badge.svg)
    assert "Ce qu'elle disait a été effacé" in page
    assert name not in page


def refused(content, words, one=None):
    page = found(content, "badge")
    assert words in page
    assert str(Finding.BADGE.label) not in page
    assert "Cette attestation est valable" not in page
    if one is not None:
        assert f'href="{one.get_absolute_url()}"' in page


def test_forged_tokens_are_refused_and_the_number_they_borrow_is_named(held, badge):
    head, payload, signature = badge.token.split(".")
    lie = json.loads(base64.urlsafe_b64decode(payload + "==")) | {"name": "Diplôme d'État"}
    lying = base64.urlsafe_b64encode(json.dumps(lie).encode()).rstrip(b"=").decode()
    ours = json.loads(base64.urlsafe_b64decode(head + "=="))
    for token, words in {
        f"{head}.{lying}.{signature}": "Ce badge a été modifié",
        f"{head}.{payload}.": "Ce badge a été modifié",
        f"{head}.{payload}.{signature[:40]}": "Ce badge",
        forged({"alg": "none", "typ": "JWT", "kid": ours["kid"]}, b"", payload=payload): "La signature de ce badge",
        forged({"alg": "HS256", "typ": "JWT", "kid": ours["kid"]}, payload=payload): "La signature de ce badge",
        token_of(held, STRANGER): "n'est pas signé par une clé de cette plateforme",
        token_of(held, STRANGER, ELSEWHERE): "n'est pas signé par une clé de cette plateforme",
    }.items():  # fmt: skip
        refused(token.encode(), words, held)


def test_a_badge_of_another_issuer_is_said_to_be(held, db):
    stranger = held.snapshot | {"verification_url": f"https://ailleurs.example/{uuid4()}"}
    token = token_of(held, STRANGER, ELSEWHERE, **stranger)
    page = found(token.encode(), "badge.jwt")
    assert str(Finding.STRANGE.label) in page
    assert "Ce badge n'est pas signé par une clé de cette plateforme." in page


def test_an_image_with_the_payload_of_another_is_the_badge_of_that_other(held, badge, lead):
    """The picture is only a carrier: what is signed inside says whose it is."""
    other = credential(lead)
    other = Credential.objects.with_facts().get(pk=other.pk)
    page = found(bake_svg(SVG, badge_of(credential=other).token))
    assert str(other.public_id) in page
    assert str(held.public_id) not in page


def test_an_altered_document_is_refused(held, badge):
    for change in ({"name": "Diplôme d'État"}, {"validUntil": "2199-01-01T00:00:00Z"}, {"id": "urn:uuid:0"}):
        refused(json.dumps(badge.document | change).encode(), "Ce badge a été modifié")
    refused(bake_png(PNG, badge.document | {"name": "X"}), "Ce badge a été modifié", None)


def test_a_badge_signed_by_us_whose_attestation_is_lost_is_said_to_be(held, badge, settings):
    number = uuid4()
    key = SigningKey.from_seed(settings.SOCLE_BADGE_KEYS[0])
    url = held.snapshot["verification_url"].replace(str(held.public_id), str(number))
    page = found(token_of(held, key, issuer("Nous"), id=str(number), verification_url=url).encode())
    assert str(Finding.LOST.label) in page


def test_a_badge_signed_by_us_for_other_words_of_that_number_is_refused(held, settings):
    key = SigningKey.from_seed(settings.SOCLE_BADGE_KEYS[0])
    refused(token_of(held, key, issuer("Nous"), title="Autre").encode(), "n'a pas été fait de ce que dit", held)


def test_a_retired_key_still_verifies_and_a_leaked_one_no_more(held, badge, settings):
    old = settings.SOCLE_BADGE_KEYS[0]
    settings.SOCLE_BADGE_KEYS = ["AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"]
    newer = badge_of(credential=held)
    assert newer.token != badge.token
    for one in (badge, newer):
        assert str(Finding.BADGE.label) in found(one.jwt)
    kid = SigningKey.from_seed(old).public.thumbprint
    assert BadgeKey.objects.get(kid=kid).retired_at is not None
    revoke_badge_key(kid=kid)
    refused(badge.jwt, "n'est pas signé par une clé de cette plateforme", held)
    assert str(Finding.BADGE.label) in found(newer.jwt)


@pytest.mark.parametrize(("content", "words"), [(b"", "Ce fichier est vide"), (None, "Choisissez le fichier")])
def test_nothing_to_read_is_said_beside_the_field(db, content, words):
    client = StrictClient()
    response = client.post(PAGE) if content is None else send(content)
    assert response.status_code == 422
    assert words in response.content.decode()


class Unread:
    """A body nobody may read."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


def test_fifty_megabytes_are_refused_before_anything_of_them_is_read(db):
    response = StrictClient(enforce_csrf_checks=True).generic(
        "POST", PAGE, b"", **{
            "CONTENT_LENGTH": str(50 * 1024 * 1024),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "wsgi.input": Unread(),
        }
    )  # fmt: skip
    assert response.status_code == 413
    assert "Ce fichier est trop gros" in response.content.decode()


def test_a_file_just_over_five_megabytes_is_refused_too(db):
    response = send(b"x" * (MOST_BYTES + 1))
    assert response.status_code == 422
    assert "5 Mo au plus" in response.content.decode()
    assert str(Finding.STRANGE.label) in found(b"x" * MOST_BYTES)


def test_the_form_is_guarded_against_other_sites(db):
    assert send(b"x", client=StrictClient(enforce_csrf_checks=True)).status_code == 403


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 300 + ".pdf", "ʇ.pdf", "<b>.pdf", "x\0.pdf"])
def test_the_name_of_a_file_is_nothing_to_us(db, name):
    response = send(b"bonjour", name)
    assert response.status_code in (200, 422)
    assert "<b>.pdf" not in response.content.decode()


def test_files_are_counted_apart_from_looks(held, settings):
    settings.ACCOUNT_RATE_LIMITS = {"verify_credential": "60/m/ip", "verify_file": "2/10m/ip"}
    assert [send(b"x").status_code for _file in range(3)] == [200, 200, 429]
    assert StrictClient().get(held.get_absolute_url()).status_code == 200
    assert StrictClient().get(PAGE).status_code == 200


def test_a_file_costs_few_queries_whatever_it_holds(held, badge):
    content = given(held)
    many = b"%PDF-1.7 " + b" ".join(str(uuid4()).encode() for _number in range(2000))
    for one, most in ((content, 4), (badge.jwt, 5), (many, 2), (badge.jwt + b"x", 5)):
        with CaptureQueriesContext(connection) as asked:
            send(one)
        assert len(asked) <= most, [query["sql"] for query in asked]
