"""The PDF of an attestation: drawn from what was frozen, the same bytes for whoever may read it."""

import hashlib
import re

import pytest
from django.urls import reverse

from certifications.models import CredentialFile
from certifications.services import forget_holder
from certifications.services.files import pdf_of
from tests.factories.accounts import MembershipFactory
from tests.factories.certifications import credential
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db


def pdf_url(one):
    return reverse("certifications:pdf", args=[one.public_id])


def test_the_same_bytes_each_time_whatever_the_person_and_the_course_became(professional, coordinator, sign_in):
    awarded = credential(professional)
    _name, before = pdf_of(awarded)
    professional.last_name = "Autre"
    professional.save()
    course = awarded.enrolment.course
    course.title = "Un autre titre"
    course.save(clean=False)
    for person in (professional, coordinator):
        assert sign_in(person).get(pdf_url(awarded)).content == before
    kept = CredentialFile.objects.get()
    assert (kept.credential, kept.sha256) == (awarded, hashlib.sha256(before).hexdigest())


def test_its_name_says_what_it_is(professional, sign_in):
    awarded = credential(professional)
    said = awarded.snapshot
    answer = sign_in(professional).get(pdf_url(awarded))
    name = answer["Content-Disposition"].partition('filename="')[2].rstrip('"')
    assert answer["Content-Type"] == "application/pdf"
    assert re.fullmatch(rf"attestation_[A-Z-]+_[A-Za-z-]+_[A-Za-z0-9-]+_{said['issued_at'][:7]}\.pdf", name), name


def test_a_lead_reads_what_reports_no_result(professional, lead, sign_in):
    assessed = credential(professional)
    attended = credential(professional, course_tree(title="Sans quiz", quizzes=0))
    assert [sign_in(lead).get(pdf_url(one)).status_code for one in (assessed, attended)] == [404, 200]


def test_who_may_not_read_it_finds_nothing(professional, client, sign_in, trainer):
    awarded = credential(professional)
    stranger = MembershipFactory(role="lead").person
    assert [sign_in(person).get(pdf_url(awarded)).status_code for person in (stranger, trainer)] == [404, 404]
    assert client.get(pdf_url(awarded)).status_code == 302


def test_an_erased_one_has_no_document(professional, sign_in, coordinator):
    awarded = credential(professional)
    forget_holder(person=professional)
    assert sign_in(coordinator).get(pdf_url(awarded)).status_code == 404
