"""The journal: one's own, sealed, shared entry by entry, counted without being read."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from cms.accounts.models import User
from courses.enums import EnrolmentSource, StepStatus
from courses.services import enrol, publish_version
from interview_toolkit.journal.errors import KeyLost, NoKey
from interview_toolkit.journal.models import Entry, JournalStepPage, Share
from interview_toolkit.journal.services import delete_entry, revoke_share, share_entry, write_entry
from tests.factories.accounts import UserFactory
from tests.factories.courses import course_tree, theme
from tests.factories.toolkit import technique
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]
SAID = {"situation": "Un premier rendez-vous.", "effect": "Il a parlé de son projet.", "next": ""}


def text(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def written(person: User, **said: str) -> Entry:
    return write_entry(person=person, texts=SAID | said, techniques=[technique()], themes=[theme()])


def stored() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM journal_entry")
        return b"".join(bytes(row[0]) for row in cursor.fetchall())


def test_an_entry_is_written_read_changed_and_deleted(sign_in: Sign, professional: User) -> None:
    client, known = sign_in(professional), technique()
    assert "Votre journal est vide" in text(client.get("/mon-parcours/journal/"))
    sent = SAID | {"techniques": [known.pk], "themes": [theme().pk]}
    answer = client.post("/mon-parcours/journal/nouvelle/", sent, follow=True)
    assert "Elle n'est lisible que par vous." in text(answer)
    entry = Entry.objects.get()
    shown = text(client.get(entry.get_absolute_url()))
    assert "Il a parlé de son projet." in shown
    assert known.title in shown
    client.post(f"{entry.get_absolute_url()}modifier/", sent | {"effect": "Elle a ri."})
    entry.refresh_from_db()
    assert entry.texts == SAID | {"effect": "Elle a ri."}
    assert entry.changed_at is not None
    assert "Un premier rendez-vous." in text(client.get("/mon-parcours/journal/"))
    client.post(f"{entry.get_absolute_url()}supprimer/")
    assert not Entry.objects.exists()


def test_the_same_page_sent_thrice_is_one_entry_and_other_words_are_another(sign_in: Sign, professional: User) -> None:
    client, new = sign_in(professional), "/mon-parcours/journal/nouvelle/"
    key = re.findall(r'name="form_key" value="([^"]+)"', text(client.get(new)))
    sent = SAID | {"techniques": [technique().pk], "form_key": key}
    for _ in range(3):
        client.post(new, sent)
    first = Entry.objects.get()
    client.post(new, sent | {"effect": "Revenu en arrière, j'ai écrit autre chose."})
    assert Entry.objects.count() == 2
    sign_in(UserFactory()).post(new, sent)
    assert Entry.objects.count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(person=professional, sealed=b"", form_key=first.form_key)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"situation": ""}, "Écrivez quelques mots."),
        ({"techniques": []}, "Choisissez au moins une technique."),
        ({"techniques": ["999999"]}, "Cette technique n'existe plus."),
        ({"techniques": ["x"]}, "Cette technique n'existe plus."),
        ({"themes": ["x"]}, "Ce thème n'existe plus."),
        ({"effect": "x" * 10_001}, "10 000 caractères au plus"),
        ({"effect": "x" * 1_000_000}, "10 000 caractères au plus"),
        ({"situation": "a\0b"}, "contient un caractère invisible"),
        ({"effect": "Mme Lefèvre au 06 12 34 56 78"}, "« Mme Lefèvre » ressemble au nom de quelqu'un."),
    ],
)
def test_what_may_not_be_kept_is_said_and_nothing_is(
    sign_in: Sign, professional: User, change: dict[str, Any], said: str
) -> None:
    sent = SAID | {"techniques": [technique().pk]} | change
    answer = sign_in(professional).post("/mon-parcours/journal/nouvelle/", sent)
    assert answer.status_code == 422
    assert said in text(answer).replace("\xa0", " ")
    assert not Entry.objects.exists()


def test_a_text_too_long_to_be_read_is_said_to_be(sign_in: Sign, professional: User) -> None:
    answer = sign_in(professional).post("/mon-parcours/journal/nouvelle/", SAID | {"effect": "x" * 4_000_000})
    assert answer.status_code == 400
    assert "raccourcissez votre texte" in text(answer)


def test_passages_are_shown_with_their_field_and_the_box_to_tick_in_one_warning(
    sign_in: Sign, professional: User
) -> None:
    client, new = sign_in(professional), "/mon-parcours/journal/nouvelle/"
    sent = SAID | {"techniques": [technique().pk], "effect": "Mme Lefèvre a souri."}
    shown = text(client.post(new, sent))
    warning = shown[shown.index('class="callout callout--warning reread"') : shown.index('name="situation"')]
    assert 'href="#id_effect"' in warning
    assert 'name="is_reread"' in warning
    assert shown.count('role="alert"') == shown.count('name="is_reread"') == 1
    assert "error-summary" not in shown
    assert "quelqu'un. :" not in shown
    shown = text(client.post(new, sent | {"situation": ""}))
    assert "Un point à corriger" in shown
    assert 'href="#id_effect"' in shown[shown.index('class="callout callout--warning reread"') :]


def test_passages_reread_are_kept_when_their_author_says_so(sign_in: Sign, professional: User) -> None:
    sent = SAID | {"techniques": [technique().pk], "effect": "J'ai relu Mme Bovary.", "is_reread": "on"}
    sign_in(professional).post("/mon-parcours/journal/nouvelle/", sent)
    assert Entry.objects.get().texts["effect"] == "J'ai relu Mme Bovary."


def test_nobody_else_reads_it_nor_finds_it(
    sign_in: Sign, professional: User, trainer: User, lead: User, coordinator: User, administrator: User
) -> None:
    entry = written(professional)
    address = entry.get_absolute_url()
    for other in (trainer, lead, coordinator, administrator):
        client = sign_in(other)
        assert client.get(address).status_code == 404
        assert client.get(f"{address}modifier/").status_code == 404
        for gesture in ("supprimer", "partager", "partager/1/reprendre"):
            assert client.post(f"{address}{gesture}/").status_code == 404
        assert "premier rendez-vous" not in text(client.get("/mon-parcours/journal/"))
        assert "premier rendez-vous" not in text(client.get("/mon-parcours/journal/exporter/"))
    assert StrictClient().get(address).status_code == 302
    assert Entry.objects.count() == 1


def test_sharing_is_with_one_trainer_dated_and_taken_back(sign_in: Sign, professional: User, trainer: User) -> None:
    entry, author = written(professional), sign_in(professional)
    address = entry.get_absolute_url()
    stranger = UserFactory()
    assert "Choisissez dans la liste." in text(
        author.post(f"{address}partager/", {"trainer": stranger.pk}, follow=True)
    )
    author.post(f"{address}partager/", {"trainer": trainer.pk})
    author.post(f"{address}partager/", {"trainer": trainer.pk})
    share = Share.objects.get()
    reader = sign_in(trainer)
    assert "Il a parlé de son projet." in text(reader.get(address))
    assert f'href="{address}"' in text(reader.get("/mon-parcours/journal/partages/"))
    assert reader.get(f"{address}modifier/").status_code == 404
    assert sign_in(stranger).get(address).status_code == 404
    assert f"{trainer}, depuis le" in text(author.get(address))
    assert reader.post(f"{address}partager/{share.pk}/reprendre/").status_code == 404
    author.post(f"{address}partager/{share.pk}/reprendre/")
    assert reader.get(address).status_code == 404
    assert "jusqu'au" in text(author.get(address))
    author.post(f"{address}partager/", {"trainer": trainer.pk})
    assert Share.objects.count() == 2


def test_a_trainer_is_told_once_what_is_shared_and_nothing_it_says(
    sign_in: Sign, professional: User, trainer: User
) -> None:
    entry, author, reader = written(professional), sign_in(professional), sign_in(trainer)
    assert "Partagées avec moi" not in text(reader.get("/mon-parcours/journal/"))
    for _ in range(2):
        author.post(f"{entry.get_absolute_url()}partager/", {"trainer": trainer.pk})
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([trainer.email], f"{professional} vous confie une entrée de son journal")
    assert entry.get_absolute_url() in letter.body
    for words in SAID.values():
        assert not words or words not in letter.body
    assert "Partagées avec moi (1)" in text(reader.get("/mon-parcours/journal/"))


def test_an_author_sees_what_is_shared_and_with_whom(sign_in: Sign, professional: User, trainer: User) -> None:
    entry, author = written(professional), sign_in(professional)
    written(professional)
    share = share_entry(entry=entry, trainer=trainer)
    listed = text(author.get("/mon-parcours/journal/"))
    assert listed.count(f"Partagée avec {trainer}") == 1
    assert "sauf la personne avec qui vous la partagez" in listed
    sent = SAID | {"techniques": [technique().pk]}
    said = text(author.post(f"{entry.get_absolute_url()}modifier/", sent, follow=True))
    assert f"Vous la partagez avec {trainer}, qui la lit ainsi." in said
    assert "lisible que par vous" not in said
    revoke_share(share=share)
    assert "Partagée avec" not in text(author.get("/mon-parcours/journal/"))


def test_all_of_it_goes_with_its_author(sign_in: Sign, professional: User) -> None:
    written(professional)
    written(UserFactory(), effect="À quelqu'un d'autre.")
    page = text(sign_in(professional).get("/mon-parcours/journal/imprimer/"))
    for words in ("Il a parlé de son projet.", technique().title, theme().title):
        assert words in page
    assert "À quelqu'un d'autre." not in page
    answer = sign_in(professional).get("/mon-parcours/journal/exporter/")
    assert answer["Content-Disposition"] == 'attachment; filename="journal-de-pratique.json"'
    (entry,) = answer.json()["journal"]
    assert entry["Ce que j'ai observé"] == "Il a parlé de son projet."
    assert entry["techniques"] == [technique().title]


# Sealed


def test_what_is_stored_says_nothing(professional: User) -> None:
    written(professional)
    assert b"rendez-vous" not in stored()


def test_an_entry_opens_in_its_own_row_only(professional: User) -> None:
    one, other = written(professional), written(professional, effect="Autre chose.")
    other.sealed = one.sealed
    with pytest.raises(KeyLost):
        _ = other.texts
    one.sealed = bytes(one.sealed)[:-2] + b"00"
    with pytest.raises(KeyLost):
        _ = one.texts


def test_keys_change_and_a_lost_one_is_told(sign_in: Sign, professional: User, settings: Any, capsys: Any) -> None:
    entry, old = written(professional), settings.SOCLE_JOURNAL_KEYS[0]
    call_command("journal", "key")
    new = capsys.readouterr().out.strip()
    settings.SOCLE_JOURNAL_KEYS = [new, old]
    assert entry.texts == SAID
    call_command("journal", "rotate")
    assert "première clé : 1." in capsys.readouterr().out
    settings.SOCLE_JOURNAL_KEYS = [new]
    entry.refresh_from_db()
    assert entry.texts == SAID
    settings.SOCLE_JOURNAL_KEYS = [Fernet.generate_key().decode()]
    client = sign_in(professional)
    for address in ("/mon-parcours/journal/", entry.get_absolute_url()):
        assert "la clé qui la protège n'est plus sur ce site" in text(client.get(address))
    assert client.get(f"{entry.get_absolute_url()}modifier/").status_code == 302
    assert "illisible" in client.get("/mon-parcours/journal/exporter/").json()["journal"][0]
    with pytest.raises(CommandError, match="1 entrées ne s'ouvrent avec aucune clé"):
        call_command("journal", "rotate")
    settings.SOCLE_JOURNAL_KEYS = []
    with pytest.raises(NoKey):
        _ = entry.texts
    sent = SAID | {"techniques": [technique().pk]}
    assert "Le journal est fermé pour le moment" in text(client.post("/mon-parcours/journal/nouvelle/", sent))


def test_a_key_that_is_none_is_told_before_anyone_writes(settings: Any) -> None:
    settings.SOCLE_JOURNAL_KEYS = [Fernet.generate_key().decode(), "motdepasse"]
    from interview_toolkit.journal.checks import journal_keys_are_keys

    assert [one.msg for one in journal_keys_are_keys(None)] == ["JOURNAL_KEYS : la clé n° 2 n'en est pas une."]


# In a course


def test_entries_count_in_a_course_and_nobody_reads_them(sign_in: Sign, professional: User) -> None:
    tree = course_tree(lessons=1, quizzes=0)
    step = tree.modules[0].add_child(instance=JournalStepPage(title="Mon journal", slug="journal", entries=2))
    publish_version(course=tree.course)
    written(professional)  # before the enrolment: it does not count
    enrolment = enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)
    client = sign_in(professional)
    shown = text(client.get(step.url))
    assert "0 sur 2." in shown
    new = f"/mon-parcours/journal/nouvelle/?etape={step.pk}"
    assert f'href="{new}"' in shown
    assert f'href="{step.url}"' in text(client.get(new))
    answer = client.post(new, SAID | {"techniques": [technique().pk]})
    assert answer["Location"] == step.url
    first = Entry.objects.of(professional).first()
    state = enrolment.step_states.get(step_key=step.step_key)
    assert state.status == StepStatus.IN_PROGRESS
    assert "1 sur 2." in text(client.get(step.url))
    written(professional)
    state.refresh_from_db()
    assert (state.status, state.attempts_count) == (StepStatus.COMPLETED, 2)
    delete_entry(entry=first)
    assert "Cette étape est validée." in text(client.get(step.url))
    assert enrolment.attempts.latest("pk").snapshot == {"entries": 2}


def test_a_journal_asks_the_same_whatever_it_holds(
    sign_in: Sign, professional: User, trainer: User, assert_constant_queries: Any
) -> None:
    client, reader = sign_in(professional), sign_in(trainer)
    shared = written(professional)
    share_entry(entry=shared, trainer=trainer)

    def grow() -> None:
        for _ in range(3):
            share_entry(entry=written(professional), trainer=trainer)

    def serve() -> None:
        for address in ("journal", "whole_journal", "export_journal"):
            assert client.get(reverse(address)).status_code == 200
        assert client.get(shared.get_absolute_url()).status_code == 200
        assert reader.get(reverse("shared_entries")).status_code == 200

    assert_constant_queries(serve, grow)
