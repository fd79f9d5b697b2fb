"""The screens of /pilotage/: what they show, to whom, at what cost."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cms.accounts.errors import InvitationClosed
from cms.accounts.models import Invitation, Organisation, User
from cms.accounts.services import invite, withdraw
from cms.core.templatetags.socle import day
from courses.enums import EnrolmentSource, Status
from courses.models import Enrolment, Prerequisite
from courses.services import enrol, record_attempt
from tests.coordination.world import make_course, make_enrolment, make_theme
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.courses import course_tree
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], StrictClient]


def text(response: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def close(response: Any) -> None:
    """Close the file a response serves, and not the connection of the test with it."""
    for resource in response._resource_closers:
        resource()


def names(response: Any) -> list[str]:
    return [f"{row.first_name} {row.last_name}" for row in response.context["page"].object_list]


@pytest.fixture
def elsewhere(db: None) -> User:
    """Someone of another organisation."""
    caf = OrganisationFactory(code="CAF", name="Caisse d'allocations familiales")
    return MembershipFactory(organisation=caf, person__first_name="Yves", person__last_name="Hamon").person


# Who may come in


@pytest.mark.parametrize("name", ["pilotage", "pilotage_people", "pilotage_people_csv", "pilotage_people_xlsx"])
def test_the_door(name: str, client: StrictClient, sign_in: SignIn, request: pytest.FixtureRequest) -> None:
    statuses = {"professional": 404, "trainer": 404, "lead": 200, "coordinator": 200, "administrator": 200}

    assert client.get(reverse(name)).url == f"{reverse('account_login')}?next={reverse(name)}"
    for role, status in statuses.items():
        response = sign_in(request.getfixturevalue(role)).get(reverse(name))
        close(response)
        assert response.status_code == status, role
        assert status == 404 or "no-store" in response["Cache-Control"]


def test_a_lead_sees_their_own_people_and_nothing_of_others(
    sign_in: SignIn, lead: User, professional: User, elsewhere: User
) -> None:
    client = sign_in(lead)

    people = client.get(reverse("pilotage_people"))
    assert len(names(people)) == 2
    assert "Hamon" not in text(people)
    assert "Caisse" not in text(client.get(reverse("pilotage")))
    assert "Hamon" not in b"".join(client.get(reverse("pilotage_people_csv")).streaming_content).decode()
    assert client.get(reverse("pilotage_person", args=[professional.public_id])).status_code == 200
    assert client.get(reverse("pilotage_person", args=[elsewhere.public_id])).status_code == 404
    assert client.post(reverse("pilotage_enrol", args=[elsewhere.public_id])).status_code == 404


def test_a_filter_on_someone_elses_organisation_is_ignored_and_said(
    sign_in: SignIn, lead: User, elsewhere: User
) -> None:
    response = sign_in(lead).get(reverse("pilotage_people"), {"structure": "CAF"})

    assert names(response) == [lead.get_full_name()]
    assert "Filtre « Structure » ignoré" in text(response)


def test_a_person_of_two_organisations_shows_a_lead_only_theirs(
    sign_in: SignIn, lead: User, professional: User
) -> None:
    MembershipFactory(person=professional, organisation=OrganisationFactory(name="Mission locale"))
    client = sign_in(lead)

    assert "Mission locale" not in text(client.get(reverse("pilotage_people")))
    assert "Mission locale" not in text(client.get(reverse("pilotage_person", args=[professional.public_id])))


def test_who_left_the_organisation_is_no_longer_seen_by_its_lead(
    sign_in: SignIn, lead: User, professional: User
) -> None:
    professional.memberships.update(ends_on="2026-02-01")

    assert sign_in(lead).get(reverse("pilotage_person", args=[professional.public_id])).status_code == 404


# What is shown


def test_each_figure_leads_to_the_people_it_counts(sign_in: SignIn, coordinator: User, professional: User) -> None:
    theme = make_theme("PRO-01")
    make_enrolment(professional, make_course("SOCLE", theme), Status.COMPLETED)
    client = sign_in(coordinator)

    page = client.get(reverse("pilotage")).content.decode()
    links = re.findall(r'<td class="number"[^>]*>\s*<a href="([^"]+)">(?:<b>[^<]*</b> <small>)?(\d+)', page)

    assert len(links) >= 5
    for address, figure in links:
        listed = client.get(address.replace("&amp;", "&"))
        assert listed.context["size"].people == int(figure), address


def test_the_page_says_who_counts_twice(sign_in: SignIn, coordinator: User, professional: User) -> None:
    MembershipFactory(person=professional, organisation=OrganisationFactory(code="CAF"))

    page = text(sign_in(coordinator).get(reverse("pilotage")))

    assert "1 poste de plus que de personnes : qui travaille dans plusieurs structures compte dans chacune" in page


def test_a_completion_shows_in_the_next_request(sign_in: SignIn, coordinator: User, professional: User) -> None:
    tree = course_tree(lessons=2, quizzes=0)
    enrolment = make_real_enrolment(professional, tree)
    client = sign_in(coordinator)

    def figures() -> tuple[int, int]:
        dashboard = client.get(reverse("pilotage"), {"formation": str(tree.course.pk)})
        counts = re.findall(r'class="count__figure">(\d+)', dashboard.content.decode())
        return int(counts[2]), int(counts[3])

    assert figures() == (0, 0)
    for at, lesson in enumerate(tree.lessons):
        record_attempt(enrolment=enrolment, step_key=lesson.step_key, idempotency_key=str(at), passed=True)
        assert figures() == ((1, 0), (0, 1))[at]
    row = client.get(reverse("pilotage_people")).context["page"].object_list[0]
    assert [(course.done, course.required, course.percent, course.status) for course in row.courses] == [
        (2, 2, 100, "completed")
    ]


def make_real_enrolment(person: User, tree: Any) -> Enrolment:
    return enrol(person=person, course=tree.course, source=EnrolmentSource.SELF)


def test_the_list_filters_sorts_and_pages(sign_in: SignIn, coordinator: User, professional: User) -> None:
    organisation = professional.memberships.get().organisation
    for number in range(30):
        MembershipFactory(organisation=organisation, person__first_name="Zoé", person__last_name=f"Évrard {number:02}")
    make_enrolment(professional, make_course("SOCLE"), Status.IN_PROGRESS)
    client, address = sign_in(coordinator), reverse("pilotage_people")

    assert names(client.get(address, {"q": "evrard zoe", "page": "2"})) == [f"Zoé Évrard {at}" for at in range(25, 30)]
    assert names(client.get(address, {"q": "évrard", "tri": "-nom"}))[0] == "Zoé Évrard 29"
    assert names(client.get(address, {"tri": "-activite"}))[0] == professional.get_full_name()
    assert names(client.get(address, {"formation": "SOCLE", "etat": "en-cours"})) == [professional.get_full_name()]
    assert len(names(client.get(address, {"formation": "SOCLE", "etat": "pas-inscrit"}))) == 25


def test_each_filter_is_a_chip_that_removes_it(sign_in: SignIn, coordinator: User) -> None:
    OrganisationFactory(code="CAF", name="Caisse")
    response = sign_in(coordinator).get(reverse("pilotage_people"), {"structure": "CAF", "etat": "termine", "q": "éà"})

    assert [(chip.label, chip.url) for chip in response.context["filters"].chips] == [
        ("Structure : Caisse", "?etat=termine&q=%C3%A9%C3%A0"),
        ("État : Terminé", "?structure=CAF&q=%C3%A9%C3%A0"),
        ("Nom : éà", "?structure=CAF&etat=termine"),
    ]


def test_those_without_an_organisation_today_can_be_found_and_counted(
    sign_in: SignIn, coordinator: User, professional: User
) -> None:
    make_enrolment(coordinator, make_course("SOCLE", make_theme("T1")), Status.COMPLETED)
    client, nowhere = sign_in(coordinator), {"structure": "aucune"}

    assert names(client.get(reverse("pilotage_people"), nowhere)) == [coordinator.get_full_name()]
    page = client.get(reverse("pilotage"), nowhere)
    assert "Sans structure 1 aujourd'hui" in text(page)
    assert "Terminé 1 sur 1 sans structure" in text(page)
    assert "ignoré" not in text(page)
    addresses = set(re.findall(r'href="(/pilotage/personnes/\?[^"]+)"', page.content.decode()))
    assert len(addresses) > 3
    for address in addresses:
        assert client.get(unescape(address)).context["filters"].is_without_organisation


def test_when_everyone_has_an_organisation_the_page_says_so(
    sign_in: SignIn, coordinator: User, professional: User
) -> None:
    MembershipFactory(person=coordinator)

    page = text(sign_in(coordinator).get(reverse("pilotage"), {"structure": "aucune"}))

    assert "Tous les comptes actifs sont rattachés aujourd'hui à une structure." in page


@pytest.mark.parametrize("name", ["pilotage", "pilotage_people", "pilotage_people_csv", "pilotage_people_xlsx"])
def test_a_lead_cannot_look_outside_their_organisation_by_asking_for_none(
    name: str, sign_in: SignIn, lead: User, coordinator: User
) -> None:
    response = sign_in(lead).get(reverse(name), {"structure": "aucune"})

    if not response.streaming:
        assert "Filtre « Structure » ignoré" in text(response)
        assert "Sans structure" not in text(response)
    elif name.endswith("csv"):
        assert coordinator.email not in b"".join(response.streaming_content).decode()
    close(response)


def test_a_rate_beside_its_fraction_is_to_the_nearest(sign_in: SignIn, coordinator: User) -> None:
    course, organisation = make_course("SOCLE", make_theme("T1")), OrganisationFactory()
    people = [MembershipFactory(organisation=organisation).person for _ in range(3)]
    for person in people[:2]:
        make_enrolment(person, course, Status.COMPLETED)

    page = text(sign_in(coordinator).get(reverse("pilotage")))

    assert "67 %" in page
    assert "66 %" not in page
    assert "Arrondis au plus proche, mais jamais 0 % dès qu'une personne a terminé" in page


@pytest.mark.parametrize(
    "query",
    [
        {"structure": "<script>", "formation": "9" * 400, "theme": "'; DROP TABLE", "etat": "mort", "tri": "x"},
        {"q": "\x00"},
        {"q": "%_\\' OR 1=1 --"},
        {"q": "é" * 5000},
        {"page": "-1"},
        {"page": "999999999999999999999"},
        {"page": "abc"},
    ],
)
@pytest.mark.parametrize("name", ["pilotage", "pilotage_people", "pilotage_people_csv", "pilotage_people_xlsx"])
def test_no_address_breaks_the_page(sign_in: SignIn, coordinator: User, name: str, query: dict[str, str]) -> None:
    response = sign_in(coordinator).get(reverse(name), query)
    close(response)

    assert response.status_code == 200
    if not response.streaming:
        assert "<script>" not in response.content.decode().replace("<script type", "").replace("<script src", "")


def test_a_person_shows_dated_posts_and_steps_but_no_answer(
    sign_in: SignIn, coordinator: User, professional: User
) -> None:
    tree = course_tree(lessons=1, quizzes=1)
    enrolment = make_real_enrolment(professional, tree)
    record_attempt(
        enrolment=enrolment,
        step_key=tree.quizzes[0].step_key,
        idempotency_key="first",
        passed=False,
        score=1,
        max_score=3,
        snapshot={"answers": ["Le directeur de France Travail"]},
    )

    page = text(sign_in(coordinator).get(reverse("pilotage_person", args=[professional.public_id])))

    assert "Mutualité sociale agricole Membre, depuis le 1er janvier 2026" in page
    assert "Quiz 1.1 En cours · meilleur score 33 %, 1 essai" in page
    assert "Leçon 1.1 À faire" in page
    assert "directeur de France Travail" not in page


def test_a_course_retaken_is_told_apart_from_the_first_time(
    sign_in: SignIn, coordinator: User, professional: User
) -> None:
    course = make_course("SOCLE")
    make_enrolment(professional, course, Status.COMPLETED, is_closed=True)
    make_enrolment(professional, make_course("AUTRE"))
    make_enrolment(professional, course, Status.IN_PROGRESS)
    client = sign_in(coordinator)

    listed = text(client.get(reverse("pilotage_people")))
    page = text(client.get(reverse("pilotage_person", args=[professional.public_id])))

    for shown in (listed, page):
        assert "Formation SOCLE parcours n° 1" in shown
        assert "Formation SOCLE parcours n° 2" in shown
        assert "Formation AUTRE parcours" not in shown
    assert "étapes de Formation SOCLE, parcours n° 2" in page


def test_a_score_is_for_its_author_and_the_coordination_never_for_the_employer(
    sign_in: SignIn, coordinator: User, lead: User, professional: User
) -> None:
    tree = course_tree(lessons=1, quizzes=1)
    enrolment, quiz = make_real_enrolment(professional, tree), tree.quizzes[0]
    record_attempt(
        enrolment=enrolment, step_key=quiz.step_key, idempotency_key="one", passed=False, score=2, max_score=3
    )
    address = reverse("pilotage_person", args=[professional.public_id])

    # Two out of three is 66 %, as the learner reads it: it does not reach 67 %.
    assert "Quiz 1.1 En cours · meilleur score 66 %, 1 essai" in text(sign_in(coordinator).get(address))
    seen_by_employer = text(sign_in(lead).get(address))
    assert "Quiz 1.1 En cours" in seen_by_employer
    assert "66 %" not in seen_by_employer
    assert "essai" not in seen_by_employer.lower()


# What is done


def test_a_lead_enrols_one_of_their_people(sign_in: SignIn, lead: User, professional: User) -> None:
    tree = course_tree(title="Socle commun")
    client, address = sign_in(lead), reverse("pilotage_enrol", args=[professional.public_id])

    response = client.post(address, {"course": tree.course.pk, "due_on": "2099-12-31"}, follow=True)

    enrolment = Enrolment.objects.get(person=professional)
    assert (enrolment.source, str(enrolment.due_on)) == (EnrolmentSource.LEAD, "2099-12-31")
    assert "à « Socle commun » est enregistrée" in text(response)
    assert "rien n'a changé" in text(client.post(address, {"course": tree.course.pk}, follow=True))


def test_a_missing_prerequisite_is_said_in_words(sign_in: SignIn, coordinator: User, professional: User) -> None:
    first, second = course_tree(title="Socle commun"), course_tree(title="Entretien")
    Prerequisite.objects.create(page=second.course, course=first.course)
    address = reverse("pilotage_enrol", args=[professional.public_id])

    response = sign_in(coordinator).post(address, {"course": second.course.pk})

    assert response.status_code == 422
    assert "il faut avoir terminé « Socle commun »" in text(response)
    assert not Enrolment.objects.exists()


def test_an_impossible_enrolment_is_refused_by_the_form(sign_in: SignIn, coordinator: User, professional: User) -> None:
    address = reverse("pilotage_enrol", args=[professional.public_id])

    response = sign_in(coordinator).post(address, {"course": "999999", "due_on": "2001-01-01"})

    assert response.status_code == 422
    assert "Cette date est passée" in text(response)


def test_a_lead_cannot_invite_who_is_already_there_nor_lower_what_the_coordination_promised(
    sign_in: SignIn, lead: User, professional: User, coordinator: User
) -> None:
    client, address = sign_in(lead), reverse("pilotage_invite")
    typed = {"first_name": "", "last_name": "", "organisation": "MSA"}

    refused = client.post(address, typed | {"email": professional.email.upper()})
    assert refused.status_code == 422
    assert f"{professional.email} est déjà dans la structure" in text(refused)

    promised = typed | {"email": "chef@msa.example", "role": "lead"}
    assert sign_in(coordinator).post(address, promised).status_code == 302
    assert client.post(address, promised | {"role": "member"}).status_code == 302
    assert Invitation.objects.get().role == "lead"


def test_who_led_an_organisation_until_yesterday_invites_no_more(sign_in: SignIn, lead: User) -> None:
    lead.memberships.update(ends_on=timezone.localdate())
    assert sign_in(lead).post(reverse("pilotage_invite"), {"email": "a@msa.example"}).status_code == 404


def test_a_lead_invites_a_member_into_their_organisation_only(
    sign_in: SignIn, lead: User, elsewhere: User, mailoutbox: list[Any]
) -> None:
    client, address = sign_in(lead), reverse("pilotage_invite")
    sent = {"email": "Nouvelle@Msa.example", "organisation": "MSA", "role": "lead"}

    response = client.post(address, sent, follow=True)

    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == ("nouvelle@msa.example", "member", lead)
    assert "part à Nouvelle@Msa.example" in text(response)
    assert client.post(address, sent | {"organisation": "CAF"}).status_code == 422
    assert Invitation.objects.count() == 1


def test_a_waiting_invitation_is_sent_again_or_withdrawn_from_the_list(
    sign_in: SignIn, lead: User, coordinator: User, organisation: Organisation, mailoutbox: list[Any]
) -> None:
    invitation = invite(
        email="zoe@msa.example", organisation=organisation, role="lead", first_name="Zoé", invited_by=coordinator
    )
    Invitation.objects.update(expires_at=timezone.now())
    client = sign_in(lead)
    again = reverse("pilotage_invite_again", args=[invitation.pk])
    withdrawn = reverse("pilotage_withdraw", args=[invitation.pk])
    page = client.get(reverse("pilotage_invite")).content.decode()
    assert again in page
    assert withdrawn in page
    assert str(invitation.token) not in page

    assert "repart à zoe@msa.example" in text(client.post(again, follow=True))
    invitation.refresh_from_db()
    assert (invitation.is_open, invitation.role, invitation.first_name) == (True, "lead", "Zoé")
    assert [message.to for message in mailoutbox] == [["zoe@msa.example"]] * 2

    assert "son lien ne fonctionne plus" in text(client.post(withdrawn, follow=True))
    assert not Invitation.objects.exists()
    for address in (withdrawn, again):  # from another tab
        assert "a déjà servi, ou a été retirée" in text(client.post(address, follow=True))


@pytest.mark.parametrize("email", ["x" * 300 + "@example.org", "sans-arobase", "a@b", "é@exemple.fr\0"])
def test_an_address_that_is_none_is_refused_in_words(
    sign_in: SignIn, lead: User, organisation: Organisation, email: str
) -> None:
    answer = sign_in(lead).post(reverse("pilotage_invite"), {"email": email, "organisation": organisation.code})
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_an_invitation_sent_again_shows_the_day_it_went(
    sign_in: SignIn, coordinator: User, organisation: Organisation
) -> None:
    invite(email="zoe@msa.example", organisation=organisation, invited_by=coordinator)
    Invitation.objects.update(created_at=timezone.now() - timedelta(days=30))
    page = text(sign_in(coordinator).get(reverse("pilotage_invite")))
    assert f"envoyée le {day(timezone.now())}" in page


def test_an_invitation_is_touched_only_by_who_answers_for_its_organisation(
    sign_in: SignIn, professional: User, trainer: User, lead: User, coordinator: User, mailoutbox: list[Any]
) -> None:
    caf = OrganisationFactory(code="CAF")
    invitation = invite(email="zoe@caf.example", organisation=caf, invited_by=coordinator)
    mailoutbox.clear()

    for name in ("pilotage_invite_again", "pilotage_withdraw"):
        address = reverse(name, args=[invitation.pk])
        for person in (professional, trainer, lead):
            assert sign_in(person).post(address).status_code == 404
        assert sign_in(coordinator).get(address).status_code == 405
        assert sign_in(coordinator).post(reverse(name, args=[10**30])).url == reverse("pilotage_invite")
    assert not mailoutbox
    assert Invitation.objects.get().expires_at == invitation.expires_at
    assert sign_in(coordinator).post(reverse("pilotage_withdraw", args=[invitation.pk])).status_code == 302
    assert not Invitation.objects.exists()


def test_an_accepted_invitation_is_kept(
    sign_in: SignIn, coordinator: User, professional: User, organisation: Organisation
) -> None:
    invitation = invite(email="zoe@msa.example", organisation=organisation, invited_by=coordinator)
    Invitation.objects.update(accepted_at=timezone.now(), accepted_by=professional)

    for name in ("pilotage_invite_again", "pilotage_withdraw"):
        answer = sign_in(coordinator).post(reverse(name, args=[invitation.pk]), follow=True)
        assert "a déjà servi, ou a été retirée" in text(answer)
    with pytest.raises(InvitationClosed):
        withdraw(invitation=invitation)
    assert Invitation.objects.exists()


def test_courses_already_followed_are_not_offered(sign_in: SignIn, lead: User, professional: User) -> None:
    followed, other = course_tree(title="Socle commun"), course_tree(title="Entretien")
    client, address = sign_in(lead), reverse("pilotage_person", args=[professional.public_id])
    enrol(person=professional, course=followed.course, source=EnrolmentSource.SELF)

    assert list(client.get(address).context["form"].courses) == [str(other.course.pk)]
    enrol(person=professional, course=other.course, source=EnrolmentSource.SELF)
    assert "Aucune autre formation n'est ouverte à l'inscription." in text(client.get(address))


def test_inviting_a_member_again_is_refused_in_words(sign_in: SignIn, coordinator: User, professional: User) -> None:
    sent = {"email": professional.email, "organisation": "MSA", "role": "member"}

    response = sign_in(coordinator).post(reverse("pilotage_invite"), sent)

    assert response.status_code == 422
    assert "est déjà dans la structure" in text(response)


# What it costs


@pytest.mark.parametrize("name", ["pilotage", "pilotage_people"])
def test_more_people_and_courses_cost_no_more_queries(
    name: str, sign_in: SignIn, coordinator: User, professional: User, assert_constant_queries: Any
) -> None:
    make_enrolment(professional, make_course("SOCLE", make_theme("T0")), Status.COMPLETED)
    client = sign_in(coordinator)

    def grow() -> None:
        for number in range(1, 6):
            person = MembershipFactory().person
            make_enrolment(person, make_course(f"C{number}", make_theme(f"T{number}")), Status.IN_PROGRESS)

    assert assert_constant_queries(lambda: client.get(reverse(name)), grow) <= 12


def test_a_longer_history_costs_no_more_queries(
    sign_in: SignIn, coordinator: User, professional: User, assert_constant_queries: Any
) -> None:
    make_enrolment(professional, make_course("SOCLE"), Status.COMPLETED)
    client = sign_in(coordinator)

    def grow() -> None:
        for number in range(1, 5):
            make_enrolment(professional, make_course(f"C{number}"), Status.IN_PROGRESS)
            MembershipFactory(person=professional)

    assert_constant_queries(lambda: client.get(reverse("pilotage_person", args=[professional.public_id])), grow)


@pytest.mark.django_db(transaction=True)
def test_figures_already_counted_cost_three_queries(
    sign_in: SignIn, coordinator: User, professional: User, django_assert_num_queries: Any
) -> None:
    client = sign_in(coordinator)
    client.get(reverse("pilotage"))

    with django_assert_num_queries(3):  # the session with its person, the stamp, what changed since
        client.get(reverse("pilotage"))
