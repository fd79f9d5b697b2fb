"""Practices: proposed by anyone, reread, published with thanks, tried and adapted by others."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from wagtail.models import WorkflowState

from cms.accounts.models import User
from cms.core.templatetags.socle import day
from cms.pages.models import PathwayStep
from cms.roadmap.models import ThemeLink
from interview_toolkit.practices.models import Comment, PracticeIndexPage, PracticePage, Trial
from interview_toolkit.practices.services import try_too
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.courses import theme
from tests.factories.toolkit import practice, room, technique
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]
PROPOSE = "/entretien/pratique/proposer/"


def text(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")


def said(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Le café d'accueil",
        "context": "On attendait debout.",
        "what_we_did": "Une table, un café.",
        "what_changed": "On parle avant d'entrer.",
        "themes": [theme().pk],
        "techniques": [technique().pk],
    } | changes


@pytest.fixture
def index() -> PracticeIndexPage:
    return room(PracticeIndexPage, "pratiques")


def mails(person: User) -> list[str]:
    return [message.subject for message in mail.outbox if message.to == [person.email]]


def review(sign_in: Sign, reviewer: User, page: PracticePage, action: str, comment: str = "") -> Any:
    """What a reviewer does on the page's own screen."""
    task = page.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, task.pk])
    return sign_in(reviewer).post(address, {"comment": comment}, follow=True)


def test_a_practice_is_proposed_reread_and_published_with_thanks(
    sign_in: Sign, professional: User, trainer: User, index: PracticeIndexPage
) -> None:
    client = sign_in(professional)
    answer = client.post(PROPOSE, said(), follow=True)
    assert "« Le café d'accueil » est en relecture" in text(answer)
    page = PracticePage.objects.get()
    assert (page.live, page.owner, page.organisation.code) == (False, professional, "MSA")
    assert "En relecture" in text(client.get(index.url))
    assert client.get(page.get_url()).status_code == 404
    assert "Le café d'accueil" in text(sign_in(trainer).get("/admin/"))
    review(sign_in, trainer, page, "approve")
    page.refresh_from_db()
    assert page.live
    assert [message.to for message in mail.outbox][:1] == [[trainer.email]]  # told that it waits
    assert mails(professional) == ["Merci : votre fiche est publiée : Le café d'accueil"]
    shown = text(client.get(page.url))
    for words in ("Une table, un café.", "Mutualité sociale agricole", technique().title, theme().title):
        assert words in shown
    assert page.url in text(client.get(f"/feuille-de-route/{theme().code}/"))
    page.save_revision(user=trainer).publish()
    assert len(mails(professional)) == 1  # thanked once


def test_one_that_is_sent_back_is_told_with_the_reason(
    sign_in: Sign, professional: User, coordinator: User, index: PracticeIndexPage
) -> None:
    client = sign_in(professional)
    client.post(PROPOSE, said())
    page = PracticePage.objects.get()
    review(sign_in, coordinator, page, "reject", "Dites ce qui a changé.")
    assert WorkflowState.objects.get().status == WorkflowState.STATUS_NEEDS_CHANGES
    assert "À reprendre" in text(client.get(index.url))
    (letter,) = [message for message in mail.outbox if message.to == [professional.email]]
    rework = reverse("rework_practice", args=[page.pk])
    assert "Dites ce qui a changé." in letter.body
    assert "publiée en l'état" in letter.body
    assert rework in letter.body
    assert "/admin/" not in letter.body


def test_whoever_is_to_reread_is_told_in_our_words(
    sign_in: Sign, professional: User, trainer: User, administrator: User, index: PracticeIndexPage
) -> None:
    sign_in(professional).post(PROPOSE, said())
    page = PracticePage.objects.get()
    (letter,) = [message for message in mail.outbox if message.to == [trainer.email]]
    assert letter.subject == "À relire : Le café d'accueil"
    assert letter.body.startswith(f"Bonjour {trainer.first_name},")
    assert f"/admin/pages/{page.pk}/edit/" in letter.body
    for message in mail.outbox:
        assert "Salut" not in message.body
        assert "http" in message.body
    assert "Approuver et publier" in text(sign_in(trainer).get(f"/admin/pages/{page.pk}/edit/"))


def test_what_came_back_is_reworked_on_the_same_page_and_sent_again(
    sign_in: Sign, professional: User, trainer: User, lead: User, index: PracticeIndexPage
) -> None:
    client = sign_in(professional)
    client.post(PROPOSE, said())
    page = PracticePage.objects.get()
    rework = reverse("rework_practice", args=[page.pk])
    waiting = text(client.get(rework))
    assert "En relecture." in waiting
    assert 'name="what_we_did"' not in waiting
    refused = client.post(rework, said(title="Trop tôt"))
    assert "Cette fiche est en relecture" in text(refused)
    review(sign_in, trainer, page, "reject", "Dites ce qui a changé.")
    listed = text(client.get(index.url))
    assert f'href="{rework}">Le café d\'accueil</a>' in listed
    assert listed.index("Ce que j'ai proposé") < listed.index("Chercher, filtrer")
    shown = text(client.get(rework))
    for words in ("Dites ce qui a changé.", "Une table, un café.", "Renvoyer en relecture"):
        assert words in shown
    for other in (lead, trainer):
        assert sign_in(other).get(rework).status_code == 404
    assert client.post(rework, said(themes=[])).status_code == 422
    mail.outbox.clear()
    answer = client.post(rework, said(title="Le café", what_changed="On s'assied."), follow=True)
    assert "« Le café » est en relecture" in text(answer)
    assert [message.to for message in mail.outbox] == [[trainer.email]]
    assert PracticePage.objects.count() == 1
    review(sign_in, trainer, page, "approve")
    page.refresh_from_db()
    assert (page.live, page.title, page.what_changed) == (True, "Le café", "On s'assied.")
    assert [link.theme for link in page.theme_links.all()] == [theme()]
    assert client.get(rework)["Location"] == page.url


def test_what_was_proposed_is_withdrawn_and_taken_up_again(
    sign_in: Sign, professional: User, trainer: User, lead: User, index: PracticeIndexPage
) -> None:
    client = sign_in(professional)
    client.post(PROPOSE, said())
    page = PracticePage.objects.get()
    leave = reverse("withdraw_practice", args=[page.pk])
    assert sign_in(lead).post(leave).status_code == 404
    assert "« Le café d'accueil » est retirée." in text(client.post(leave, follow=True))
    assert WorkflowState.objects.get().status == WorkflowState.STATUS_CANCELLED
    assert "Retirée" in text(client.get(index.url))
    assert "n'est plus en relecture" in text(client.post(leave, follow=True))
    client.post(reverse("rework_practice", args=[page.pk]), said())
    assert "En relecture" in text(client.get(index.url))
    review(sign_in, trainer, page, "approve")
    page.refresh_from_db()
    assert "Publiée" in text(client.get(index.url))
    assert client.post(leave).status_code == 404
    page.unpublish()
    assert "Dépubliée" in text(client.get(index.url))
    assert "Renvoyer en relecture" in text(client.get(reverse("rework_practice", args=[page.pk])))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "Donnez-lui un nom."),
        ({"themes": []}, "Choisissez au moins un thème."),
        ({"themes": ["0"]}, "Ce thème n'existe plus."),
        ({"techniques": ["x"]}, "Cette réponse n'est pas dans la liste."),
        ({"context": "a\0b"}, "contient un caractère invisible"),
        ({"what_we_did": "x" * 4_001}, "4 000 caractères au plus."),
        ({"context": "Monsieur Lefèvre, 06 12 34 56 78"}, "ressemble au nom de quelqu'un"),
        ({"title": "x" * 200}, "150"),
    ],
)
def test_what_may_not_be_sent_is_said_and_nothing_is_kept(
    sign_in: Sign, professional: User, index: PracticeIndexPage, change: dict[str, Any], words: str
) -> None:
    answer = sign_in(professional).post(PROPOSE, said(**change))
    assert answer.status_code == 422
    assert words in text(answer)
    assert not PracticePage.objects.exists()


def test_the_same_page_sent_twice_is_one_practice(
    sign_in: Sign, professional: User, trainer: User, index: PracticeIndexPage
) -> None:
    client = sign_in(professional)
    key = re.findall(r'name="form_key" value="([^"]+)"', text(client.get(PROPOSE)))
    for _ in range(2):
        answer = client.post(PROPOSE, said(form_key=key), follow=True)
        assert "« Le café d'accueil » est en relecture" in text(answer)
    page = PracticePage.objects.get()
    assert page.form_key is not None
    assert page.copy(update_attrs={"slug": "copie"}).form_key is None
    client.post(PROPOSE, said(form_key=key, title="Autre chose"))
    assert PracticePage.objects.count() == 3


def test_no_more_than_ten_a_day(sign_in: Sign, professional: User, index: PracticeIndexPage) -> None:
    client = sign_in(professional)
    for number in range(11):
        answer = client.post(PROPOSE, said(title=f"Fiche {number}"))
    assert "Vous avez déjà proposé 10 fiches aujourd'hui" in text(answer)
    assert PracticePage.objects.count() == 10


def test_an_adaptation_keeps_its_lineage(sign_in: Sign, professional: User, trainer: User) -> None:
    origin, client = practice(), sign_in(professional)
    shown = text(client.get(f"{PROPOSE}?adapte={origin.pk}"))
    assert "Adapter « Sans dossier »" in shown
    assert "On arrivait avec la liste." in shown
    client.post(f"{PROPOSE}?adapte={origin.pk}", said())
    child = PracticePage.objects.exclude(pk=origin.pk).get()
    assert child.adapted_from == origin
    review(sign_in, trainer, child, "approve")
    child.refresh_from_db()
    assert f'href="{child.url}"' in text(client.get(origin.url))
    assert f'Adaptée de <a href="{origin.url}">' in text(client.get(child.url))
    for odd in ("x", "999999999", "9" * 40, "-1"):
        assert client.get(f"{PROPOSE}?adapte={odd}").status_code == 200


def test_organisations_say_they_try_it_once_a_person(sign_in: Sign, professional: User, lead: User) -> None:
    page, client = practice(), sign_in(professional)
    for _ in range(2):
        client.post(reverse("try_practice", args=[page.pk]), {"trying": "1"})
    try_too(person=lead, practice=page, is_trying=True)
    assert "Mutualité sociale agricole (2 personnes)" in text(client.get(page.url))
    client.post(reverse("try_practice", args=[page.pk]), {"trying": "0"})
    assert Trial.objects.get().person == lead
    assert client.post(reverse("try_practice", args=[0])).status_code == 404


def test_a_word_to_the_author_is_read_by_the_two_of_them(
    sign_in: Sign, professional: User, lead: User, trainer: User
) -> None:
    page = practice(owner=lead)
    organisation = OrganisationFactory(code="CAF", name="Allocations familiales")
    PracticePage.objects.filter(pk=page.pk).update(organisation=organisation)
    client, address = sign_in(professional), reverse("comment_practice", args=[page.pk])
    assert client.post(address, {"text": ""}).status_code == 422
    assert "ressemble à une adresse" in text(client.post(address, {"text": "moi@exemple.fr"}))
    page.refresh_from_db()
    assert f"Racontée par Allocations familiales, publiée le {day(page.first_published_at)}." in text(
        client.get(page.url)
    )
    answer = client.post(address, {"text": "Et quand il pleut ?"}, follow=True)
    assert answer.redirect_chain == [(page.url, 302)]  # to the top, where the message is
    assert mails(lead) == ["Un mot sur votre fiche : Sans dossier"]
    assert "Et quand il pleut ?" in text(client.get(page.url))
    assert "Et quand il pleut ?" in text(sign_in(lead).get(page.url))
    assert "Et quand il pleut ?" not in text(sign_in(trainer).get(page.url))
    for number in range(10):
        answer = client.post(address, {"text": f"Encore {number}"}, follow=True)
    assert "Vous avez déjà écrit 10 mots aujourd'hui" in text(answer)
    assert Comment.objects.count() == 10
    nobody = practice("Sans auteur")
    assert "Envoyer ce mot" not in text(client.get(nobody.url))
    answer = client.post(reverse("comment_practice", args=[nobody.pk]), {"text": "Bonjour"}, follow=True)
    assert "Il n'y a plus personne à qui écrire" in text(answer)


def test_an_author_answers_one_who_wrote_and_nobody_else_reads_it(
    sign_in: Sign, professional: User, lead: User, trainer: User
) -> None:
    page = practice(owner=lead)
    address, author = reverse("comment_practice", args=[page.pk]), sign_in(lead)
    for person in (professional, trainer):
        sign_in(person).post(address, {"text": f"Bonjour de {person.pk}"})
    mail.outbox.clear()
    shown = text(author.get(page.url))
    assert f'name="to" value="{professional.public_id}"' in shown
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert "Nous l'essayons aussi" not in shown
    author.post(address, {"text": "On rentre.", "to": str(professional.public_id)})
    (letter,) = mail.outbox
    assert (letter.to, "On rentre." in letter.body) == ([professional.email], True)
    assert "On rentre." in text(sign_in(professional).get(page.url))
    assert "On rentre." in text(author.get(page.url))
    assert "On rentre." not in text(sign_in(trainer).get(page.url))
    refused = author.post(address, {"text": "moi@exemple.fr", "to": str(professional.public_id)})
    assert "ressemble à une adresse" in text(refused)
    for to in ("", "x", str(UserFactory().public_id)):
        assert "Il n'y a plus personne" in text(author.post(address, {"text": "Moi.", "to": to}, follow=True))
    said = text(author.post(reverse("try_practice", args=[page.pk]), {"trying": "1"}, follow=True))
    assert "Cette fiche est la vôtre." in said
    assert (Trial.objects.count(), Comment.objects.count()) == (0, 3)


def test_a_theme_without_practice_says_so_and_offers_the_first(sign_in: Sign, professional: User) -> None:
    client, subject = sign_in(professional), theme()
    address, first = f"/feuille-de-route/{subject.code}/", f"{PROPOSE}?theme={subject.code}"
    shown = text(client.get(address))
    assert "Aucune fiche pratique ne parle encore de ce thème." in shown
    assert f'href="{first}"' in shown
    assert re.search(rf'name="themes" value="{subject.pk}"[^>]* checked', text(client.get(first)))
    assert client.get(f"{PROPOSE}?theme=RIEN").status_code == 200
    page = practice()
    ThemeLink.objects.create(page_id=page.pk, theme=subject)
    assert "Aucune fiche pratique" not in text(client.get(address))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Sans dossier", "Une carte"]), ("?q=carte", ["Une carte"]), ("?theme=PRO-01", ["Sans dossier"]),
        ("?technique=QUESTION", ["Une carte"]), ("?structure=CAF", ["Une carte"]), ("?q=xyzzy", []),
        ("?theme=RIEN", ["Sans dossier", "Une carte"]), ("?etape=E1", ["Une carte"]), ("?q=verglas", ["Sans dossier"]),
        ("?etape=RIEN", ["Sans dossier", "Une carte"]), ("?q=%25", []), ("?q=_", []), ("?q=🙂", []), ("?q=!!", []),
    ],
)  # fmt: skip
def test_practices_are_found_by_words_and_facets(
    sign_in: Sign, professional: User, index: PracticeIndexPage, query: str, found: list[str]
) -> None:
    first = practice(watch_out="Le verglas.")
    ThemeLink.objects.create(page_id=first.pk, theme=theme())
    step = PathwayStep.objects.create(code="E1", title="Je suis orienté")
    second = practice("Une carte", pathway_step=step, organisation=OrganisationFactory(code="CAF", name="CAF"))
    second.techniques.set([technique()])
    second.save()
    theme("SEC-99", "Un thème sans fiche")
    shown = text(sign_in(professional).get(f"{index.url}{query}"))
    assert [title for title in ("Sans dossier", "Une carte") if f">{title}</a>" in shown] == found
    assert "Un thème sans fiche" in shown[shown.index("Thèmes qui attendent") :]
    assert ("ignoré" in shown) == ("RIEN" in query)


def test_lists_ask_the_same_whatever_they_hold(
    sign_in: Sign, professional: User, index: PracticeIndexPage, assert_constant_queries: Any
) -> None:
    page, client = practice(owner=professional), sign_in(professional)

    def grow() -> None:
        for number in range(2):
            other = MembershipFactory().person
            child = practice(
                f"Autre {Trial.objects.count()} {number}", adapted_from=page, organisation=OrganisationFactory()
            )
            try_too(person=other, practice=child, is_trying=True)
            try_too(person=other, practice=page, is_trying=True)
            Comment.objects.create(practice=page, person=other, text="Bien.")
            practice(f"Mienne {PracticePage.objects.count()}", owner=professional)
            client.post(PROPOSE, said(title=f"Proposée {PracticePage.objects.count()}"))

    def serve() -> None:
        assert client.get(index.url).status_code == 200
        assert client.get(page.url).status_code == 200

    assert_constant_queries(serve, grow)
