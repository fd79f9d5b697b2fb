"""Every address × every role → the expected answer. An address that is not in the table fails the test."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from certifications.services import declare_training
from cms.accounts.models import COORDINATION, TRAINERS, User
from cms.accounts.services import invite
from cms.core.models import Document
from cms.roadmap.models import Roadmap
from coordination.models import CredentialJob
from courses.enums import EnrolmentSource
from courses.models import Enrolment
from courses.services import enrol, publish_version, start_quiz, submit_quiz
from courses.sessions.models import Attendance
from interview_toolkit.commitments.models import Pair
from interview_toolkit.commitments.services import commit_to
from interview_toolkit.journal.services import share_entry, write_entry
from interview_toolkit.observations.models import Observation, Share
from interview_toolkit.observations.services import ask_for
from interview_toolkit.practices.services import propose
from interview_toolkit.simulations.services import choose, start_play
from interview_toolkit.techniques.models import Phrase, Situation
from interview_toolkit.triads.services import open_triad
from tests.coordination.test_screens import close
from tests.courses.h5p.helpers import imported
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.certifications import credential
from tests.factories.courses import CourseTree, add_lesson, course_tree, interactive, theme
from tests.factories.sessions import training_session
from tests.factories.toolkit import grid, phrase_book, practice, reference, scenario, technique
from tests.strict_client import StrictClient

# The addresses of one triad.
TRIAD = (
    "triad", "triad_state", "renew_triad_code", "leave_triad", "start_triad", "end_triad", "triad_note", "turn_triad",
)  # fmt: skip
# Those of one training session, and of its half-days.
SESSION = (
    "session", "session_calendar", "join_session", "leave_session", "register_in_session", "cancel_session",
    "session_sheet", "session_proof",
)  # fmt: skip
HALF_DAY = ("sign_half_day", "countersign_half_day", "half_day_absences")
ROLES = ("anonymous", "professional", "trainer", "lead", "coordinator", "administrator")

# The traces in this world are the professional's. GET unless the name begins with POST.
# 302 for the anonymous is the sign-in page; 404 is someone else's data, or a room one does not know of.
MATRIX: dict[str, tuple[int, int, int, int, int, int]] = {
    "wagtailadmin_home": (302, 403, 200, 403, 200, 200),
    "wagtailadmin_explore_root": (302, 403, 200, 403, 200, 200),
    "healthz": (200, 200, 200, 200, 200, 200),
    "readyz": (503, 503, 503, 503, 503, 503),
    "robots": (200, 200, 200, 200, 200, 200),
    "favicon": (302, 302, 302, 302, 302, 302),
    "admin_door": (302, 302, 302, 302, 302, 302),
    "wagtailcore_login": (302, 302, 302, 302, 302, 302),
    "wagtaildocs_serve": (404, 404, 404, 404, 404, 404),
    "wagtaildocs_authenticate_with_password": (404, 404, 404, 404, 404, 404),
    "accounts:invitation": (200, 200, 200, 200, 200, 200),
    "POST accounts:join": (302, 200, 200, 200, 200, 200),
    "account_login": (200, 302, 302, 302, 302, 302),
    "account_logout": (302, 200, 200, 200, 200, 200),
    "account_inactive": (200, 200, 200, 200, 200, 200),
    "account_signup": (200, 302, 302, 302, 302, 302),
    "account_reauthenticate": (302, 200, 200, 200, 200, 200),
    "account_email": (302, 200, 200, 200, 200, 200),
    "account_email_verification_sent": (200, 302, 302, 302, 302, 302),
    "accounts:message_sent": (200, 302, 302, 302, 302, 302),
    "account_change_password": (302, 200, 200, 200, 200, 200),
    "account_set_password": (302, 302, 302, 302, 302, 302),
    "account_reset_password": (200, 200, 200, 200, 200, 200),
    "account_confirm_login_code": (302, 302, 302, 302, 302, 302),
    "account_confirm_email": (200, 200, 200, 200, 200, 200),
    "account_reset_password_from_key_done": (200, 200, 200, 200, 200, 200),
    "account_reset_password_from_key": (200, 200, 200, 200, 200, 200),
    "account_reset_password_done": (200, 200, 200, 200, 200, 200),
    "mfa_index": (302, 200, 200, 200, 200, 200),
    "mfa_authenticate": (302, 302, 302, 302, 302, 302),
    "mfa_reauthenticate": (302, 302, 302, 302, 302, 302),
    "mfa_activate_totp": (302, 302, 302, 302, 302, 302),
    "mfa_deactivate_totp": (302, 404, 404, 404, 404, 404),
    "mfa_view_recovery_codes": (302, 404, 404, 404, 404, 404),
    "mfa_generate_recovery_codes": (302, 302, 302, 302, 302, 302),
    "mfa_download_recovery_codes": (302, 404, 404, 404, 404, 404),
    "socialaccount_login_cancelled": (200, 200, 200, 200, 200, 200),
    "socialaccount_login_error": (401, 401, 401, 401, 401, 401),
    "socialaccount_signup": (302, 302, 302, 302, 302, 302),
    "socialaccount_connections": (302, 200, 200, 200, 200, 200),
    "usersessions_list": (302, 200, 200, 200, 200, 200),
    "roadmap": (200, 200, 200, 200, 200, 200),
    "roadmap_version": (200, 200, 200, 200, 200, 200),
    "theme_version": (200, 200, 200, 200, 200, 200),
    "theme": (200, 200, 200, 200, 200, 200),
    "search": (200, 200, 200, 200, 200, 200),
    "POST confirm_reading": (302, 404, 404, 404, 404, 404),
    "my_courses": (302, 200, 200, 200, 200, 200),
    "POST enrol": (302, 302, 302, 302, 302, 302),
    "POST retake": (302, 302, 404, 404, 404, 404),
    "POST finish_lesson": (302, 302, 404, 404, 404, 404),
    "activities": (302, 200, 404, 404, 404, 404),
    "play_activity": (302, 200, 200, 404, 200, 200),
    "POST receive_results": (401, 400, 404, 404, 404, 404),
    "POST receive_state": (401, 400, 404, 404, 404, 404),
    "POST finish_activity": (302, 302, 404, 404, 404, 404),
    "POST start_quiz": (302, 302, 404, 404, 404, 404),
    "quiz_question": (302, 200, 404, 404, 404, 404),
    "quiz_review": (302, 200, 404, 404, 404, 404),
    "POST submit_quiz": (302, 302, 404, 404, 404, 404),
    "quiz_result": (302, 200, 404, 404, 404, 404),
    "sessions": (302, 200, 200, 200, 200, 200),
    "session": (302, 200, 200, 200, 200, 200),
    "session_calendar": (302, 200, 200, 200, 200, 200),
    "POST join_session": (302, 302, 302, 302, 302, 302),
    "POST leave_session": (302, 302, 404, 404, 404, 404),
    "POST register_in_session": (302, 404, 422, 422, 422, 422),
    "POST withdraw_from_session": (302, 302, 302, 302, 302, 302),
    "POST sign_half_day": (302, 302, 302, 302, 302, 302),
    "hand_sign_half_day": (302, 404, 200, 404, 404, 404),
    "POST countersign_half_day": (302, 404, 302, 404, 404, 404),
    "POST half_day_absences": (302, 404, 302, 404, 404, 404),
    "POST correct_attendance": (302, 404, 302, 404, 302, 302),
    "cancel_session": (302, 404, 200, 404, 200, 200),
    "session_sheet": (302, 404, 200, 404, 200, 200),
    "session_proof": (302, 404, 200, 404, 200, 200),
    "technique_card": (302, 200, 200, 200, 200, 200),
    "POST phrase_served": (302, 302, 302, 302, 302, 302),
    "POST start_simulation": (302, 302, 302, 302, 302, 302),
    "simulation": (302, 200, 404, 404, 404, 404),
    "POST replay_turn": (302, 302, 404, 404, 404, 404),
    "journal": (302, 200, 200, 200, 200, 200),
    "new_entry": (302, 200, 200, 200, 200, 200),
    "shared_entries": (302, 200, 200, 200, 200, 200),
    "whole_journal": (302, 200, 200, 200, 200, 200),
    "export_journal": (302, 200, 200, 200, 200, 200),
    "journal_entry": (302, 200, 404, 404, 404, 404),
    "edit_entry": (302, 200, 404, 404, 404, 404),
    "POST delete_entry": (302, 302, 404, 404, 404, 404),
    "POST share_entry": (302, 302, 404, 404, 404, 404),
    "POST revoke_share": (302, 302, 404, 404, 404, 404),
    "proof_rows": (302, 200, 200, 200, 200, 200),
    "observations": (302, 200, 200, 200, 200, 200),
    "ask_observation": (302, 200, 200, 200, 200, 200),
    "observation": (302, 200, 200, 404, 404, 404),
    "POST reply_observation": (302, 302, 404, 404, 404, 404),
    "POST withdraw_observation": (302, 302, 404, 404, 404, 404),
    "POST decline_observation": (302, 404, 302, 404, 404, 404),
    "POST share_observation": (302, 302, 404, 404, 404, 404),
    "POST revoke_observation_share": (302, 302, 404, 404, 404, 404),
    "POST rate_reference": (302, 422, 422, 422, 422, 422),
    "POST accept_observation_requests": (302, 302, 302, 302, 302, 302),
    "open_triad": (302, 200, 200, 200, 200, 200),
    "join_triad": (302, 200, 200, 200, 200, 200),
    "triad": (302, 200, 404, 404, 404, 404),
    "triad_state": (302, 200, 404, 404, 404, 404),
    "POST renew_triad_code": (302, 302, 404, 404, 404, 404),
    "POST leave_triad": (302, 302, 404, 404, 404, 404),
    "POST start_triad": (302, 302, 404, 404, 404, 404),
    "POST end_triad": (302, 302, 404, 404, 404, 404),
    "POST triad_note": (302, 302, 404, 404, 404, 404),
    "POST turn_triad": (302, 302, 404, 404, 404, 404),
    "commitments": (302, 200, 200, 200, 200, 200),
    "new_commitment": (302, 200, 200, 200, 200, 200),
    "POST withdraw_commitment": (302, 302, 404, 404, 404, 404),
    "POST ask_pair": (302, 302, 404, 404, 404, 404),
    "POST take_back_pair": (302, 302, 404, 404, 404, 404),
    "pair": (302, 404, 404, 404, 404, 404),
    "commitment": (302, 200, 404, 404, 404, 404),
    "propose_practice": (302, 200, 200, 200, 200, 200),
    "rework_practice": (302, 200, 404, 404, 404, 404),
    "POST withdraw_practice": (302, 302, 404, 404, 404, 404),
    "POST try_practice": (302, 302, 302, 302, 302, 302),
    "POST comment_practice": (302, 422, 422, 422, 422, 422),
    "certifications:verify_any": (200, 200, 200, 200, 200, 200),
    "certifications:verify": (200, 200, 200, 200, 200, 200),
    "certifications:verify_misread": (404, 404, 404, 404, 404, 404),
    "certifications:pdf": (302, 200, 404, 200, 200, 200),
    "certifications:mine": (302, 200, 200, 200, 200, 200),
    "POST certifications:renew": (302, 302, 404, 404, 404, 404),
    "certifications:proof": (302, 404, 200, 404, 200, 200),
    "livret": (302, 200, 200, 200, 200, 200),
    "livret_csv": (302, 200, 200, 200, 200, 200),
    "livret_pdf": (302, 200, 200, 200, 200, 200),
    "new_external_training": (302, 200, 200, 200, 200, 200),
    "external_training": (302, 200, 404, 404, 404, 404),
    "POST delete_external_training": (302, 302, 404, 404, 404, 404),
    "POST choose_observation": (302, 302, 404, 404, 404, 404),
    "my_data": (302, 200, 200, 200, 200, 200),
    "my_data_json": (302, 200, 200, 200, 200, 200),
    "erase_person": (302, 404, 404, 404, 404, 200),
    "certifications:my_badge": (302, 200, 404, 404, 404, 404),
    "certifications:badge": (302, 200, 404, 404, 404, 404),
    "certifications:status_list": (200, 200, 200, 200, 200, 200),
    "certifications:did_document": (200, 200, 200, 200, 200, 200),
    "certifications:jwks": (200, 200, 200, 200, 200, 200),
    "pilotage": (302, 404, 404, 200, 200, 200),
    "pilotage_transfer": (302, 404, 404, 404, 200, 200),
    "pilotage_people": (302, 404, 404, 200, 200, 200),
    "pilotage_people_csv": (302, 404, 404, 200, 200, 200),
    "pilotage_people_xlsx": (302, 404, 404, 200, 200, 200),
    "pilotage_invite": (302, 404, 404, 200, 200, 200),
    "POST pilotage_invite_again": (302, 404, 404, 302, 302, 302),
    "POST pilotage_withdraw": (302, 404, 404, 302, 302, 302),
    "pilotage_person": (302, 404, 404, 200, 200, 200),
    "POST pilotage_enrol": (302, 404, 404, 422, 422, 422),
    "pilotage_credentials": (302, 404, 404, 200, 200, 200),
    "pilotage_credentials_csv": (302, 404, 404, 200, 200, 200),
    "pilotage_credentials_xlsx": (302, 404, 404, 200, 200, 200),
    "POST pilotage_archive": (302, 404, 404, 302, 302, 302),
    "pilotage_renewals": (302, 404, 404, 200, 200, 200),
    "pilotage_renew": (302, 404, 404, 200, 200, 200),
    "pilotage_credential_job": (302, 404, 404, 404, 200, 404),
    "pilotage_archive_file": (302, 404, 404, 404, 410, 404),
    "pilotage_credential": (302, 404, 404, 200, 200, 200),
    "pilotage_revoke": (302, 404, 404, 404, 200, 200),
    "pilotage_extend": (302, 404, 404, 404, 200, 200),
    "pilotage_correct": (302, 404, 404, 404, 200, 200),
    "POST set_theme": (302, 302, 302, 302, 302, 302),
    "components": (200, 200, 200, 200, 200, 200),
    "wagtail_serve": (302, 200, 200, 200, 200, 200),
}


@dataclass
class World:
    people: dict[str, User]
    tree: CourseTree
    enrolment: Enrolment
    quiz_key: Any
    arguments: dict[str, list[Any]]


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = str(tmp_path)
    organisation = OrganisationFactory(code="ML", name="Missions locales")
    people = {role: UserFactory(email=f"{role}@matrice.example") for role in ROLES[1:]}
    for role in ("professional", "trainer", "lead"):
        MembershipFactory(person=people[role], organisation=organisation, role="lead" if role == "lead" else "member")
    people["trainer"].groups.add(Group.objects.get(name=TRAINERS))
    people["coordinator"].groups.add(Group.objects.get(name=COORDINATION))
    User.objects.filter(pk=people["administrator"].pk).update(is_superuser=True, is_staff=True)
    subject = theme()
    tree = course_tree(lessons=1, quizzes=1, themes=(subject,))
    activity = interactive(imported(), policy="manual")
    exercise = add_lesson(tree.modules[0], "Exercice", body=[activity])
    publish_version(course=tree.course)
    enrolment = enrol(person=people["professional"], course=tree.course, source=EnrolmentSource.SELF)
    lesson, quiz = tree.lessons[0], tree.quizzes[0]
    attempt_key = start_quiz(enrolment=enrolment, page=quiz).idempotency_key
    submit_quiz(enrolment=enrolment, step_key=quiz.step_key, key=attempt_key)
    start_quiz(enrolment=enrolment, page=quiz)
    invitation = invite(
        email="nouvelle@matrice.example", organisation=organisation, role="member", invited_by=people["coordinator"]
    )
    document = Document.objects.create(title="Guide", file="documents/absent.pdf")
    play = [exercise.step_key, activity["id"]]
    step, quiz_step = [enrolment.public_id, lesson.step_key], [enrolment.public_id, quiz.step_key]
    gathering = training_session(tree.course, people["trainer"], people=(people["professional"],))
    half, place = gathering.halves[0].pk, gathering.registrations.get().pk
    presence = Attendance.objects.create(
        half_day=gathering.halves[1], registration_id=place, signed_at=timezone.now(), signed_from="compte"
    )
    interview = scenario()
    rehearsal = start_play(person=people["professional"], scenario=interview)
    choose(person=people["professional"], play_id=rehearsal.public_id, turn=1, node="accueil", choice=0)
    situation = Situation.objects.create(title="Ouvrir")
    phrase = Phrase.objects.create(text="Par quoi commencer ?", kind="ouverture", situation=situation)
    phrase_book()
    habit = practice()
    sheet = grid()
    to_read = reference(parent=sheet)
    seen = ask_for(person=people["professional"], observer=people["trainer"], grid=sheet, setting="reel")
    signed = ask_for(
        person=people["professional"], observer=people["trainer"], grid=grid(slug="autre-grille"), setting="reel"
    )
    shown = Share.objects.create(observation=signed, trainer=UserFactory())
    three = open_triad(person=people["professional"], grid=sheet, role="observateur")
    proposed = propose(
        person=people["professional"],
        title="Un café",
        texts={"context": "Debout.", "what_we_did": "Un café.", "what_changed": "On parle.", "watch_out": ""},
        themes=[subject],
        techniques=[],
    )
    trial = commit_to(person=people["professional"], interview="suivi", due_on=timezone.localdate(), practice=habit)
    to_leave = commit_to(
        person=people["professional"], interview="suivi", due_on=timezone.localdate(), technique=technique()
    )
    note = write_entry(person=people["professional"], texts={"situation": "Un accueil."}, techniques=[], themes=[])
    share = share_entry(entry=note, trainer=UserFactory())
    ending = credential(people["professional"], course_tree(title="Attestée", lessons=1, quizzes=0), validity_months=24)
    job = CredentialJob.objects.create(author=people["coordinator"], kind="archive", items=[ending.pk], total=1)
    roadmap = Roadmap.objects.get(is_current=True)
    held = credential(people["professional"], course_tree(title="Repères", quizzes=0))
    today = timezone.localdate()
    elsewhere = declare_training(
        person=people["professional"], title="Ailleurs", provider="CNFPT", starts_on=today, ends_on=today, minutes=60
    )
    done = Observation.objects.create(
        version=sheet.versions.first(),
        person=people["professional"],
        observer=UserFactory(),
        setting="reel",
        held_on=today,
        signed_at=timezone.now(),
    )
    arguments: dict[str, list[Any]] = {
        "accounts:invitation": [invitation.token],
        "accounts:join": [invitation.token],
        "roadmap_version": [roadmap.pk],
        "theme_version": [roadmap.pk, subject.code],
        "theme": [subject.code],
        "confirm_reading": [tree.course.pk],
        "enrol": [tree.course.pk],
        "retake": [enrolment.public_id],
        "finish_lesson": step,
        "activities": [exercise.step_key],
        "play_activity": play,
        "receive_results": play,
        "receive_state": play,
        "finish_activity": play,
        "start_quiz": quiz_step,
        "quiz_question": [*quiz_step, 1],
        "quiz_review": quiz_step,
        "submit_quiz": quiz_step,
        "quiz_result": [*quiz_step, attempt_key],
        **{name: [gathering.public_id] for name in SESSION},
        **{name: [gathering.public_id, half] for name in HALF_DAY},
        "hand_sign_half_day": [gathering.public_id, half, place],
        "withdraw_from_session": [gathering.public_id, place],
        "correct_attendance": [gathering.public_id, presence.pk],
        "technique_card": ["QUESTION"],
        "phrase_served": [phrase.pk],
        "start_simulation": [interview.pk],
        "simulation": [rehearsal.public_id],
        "replay_turn": [rehearsal.public_id, 1],
        "proof_rows": [subject.code, "essaye"],
        "observation": [seen.public_id],
        "reply_observation": [seen.public_id],
        "withdraw_observation": [seen.public_id],
        "decline_observation": [seen.public_id],
        "share_observation": [seen.public_id],
        "revoke_observation_share": [signed.public_id, shown.pk],
        "rate_reference": [to_read.pk],
        "accept_observation_requests": [sheet.pk],
        **{name: [three.public_id] for name in TRIAD},
        "commitment": [trial.public_id],
        "withdraw_commitment": [to_leave.public_id],
        "ask_pair": [trial.public_id],
        "take_back_pair": [trial.public_id],
        "pair": [Pair.objects.create(commitment=trial, helper=UserFactory()).public_id],
        "try_practice": [habit.pk],
        "rework_practice": [proposed.pk],
        "withdraw_practice": [proposed.pk],
        "comment_practice": [habit.pk],
        "journal_entry": [note.public_id],
        "edit_entry": [note.public_id],
        "delete_entry": [note.public_id],
        "share_entry": [note.public_id],
        "revoke_share": [note.public_id, share.pk],
        "certifications:verify": [held.public_id],
        "certifications:pdf": [held.public_id],
        "certifications:renew": [held.public_id],
        "certifications:proof": [gathering.public_id],
        "external_training": [elsewhere.public_id],
        "delete_external_training": [elsewhere.public_id],
        "choose_observation": [done.public_id],
        "erase_person": [people["professional"].public_id],
        "certifications:verify_misread": ["0b7e4c52"],
        "certifications:my_badge": [held.public_id],
        "certifications:badge": [held.public_id, "svg"],
        "certifications:status_list": [0],
        "pilotage_invite_again": [invitation.pk],
        "pilotage_withdraw": [invitation.pk],
        "pilotage_person": [people["professional"].public_id],
        "pilotage_enrol": [people["professional"].public_id],
        "pilotage_credential_job": [job.public_id],
        "pilotage_archive_file": [job.public_id],
        **{f"pilotage_{name}": [ending.pk] for name in ("credential", "revoke", "extend", "correct")},
        "wagtail_serve": [tree.lessons[0].url.lstrip("/")],
        "wagtaildocs_serve": [document.pk, "absent.pdf"],
        "wagtaildocs_authenticate_with_password": [1],
        "account_confirm_email": ["cle-inconnue"],
        "account_reset_password_from_key": ["1", "cle-inconnue"],
    }
    return World(people, tree, enrolment, attempt_key, arguments)


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """Every named address of ours; /admin/ is Wagtail's own and answers as a whole (its index is in the table)."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) != "admin/":
                yield from names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            yield f"{space}{pattern.name}"


def test_every_address_is_declared() -> None:
    declared = {name.removeprefix("POST ") for name in MATRIX}
    assert set(names(get_resolver().url_patterns)) | {"wagtailadmin_home", "wagtailadmin_explore_root"} == declared


def answer(world: World, name: str, role: str) -> int:
    """The status of one address for one role, as a fresh visitor; what it does is undone before the next comes."""
    bare = name.removeprefix("POST ")
    address = reverse(bare, args=world.arguments.get(bare, []))
    client = StrictClient(raise_request_exception=False)
    with transaction.atomic():
        if role != "anonymous":
            client.force_login(world.people[role], backend="django.contrib.auth.backends.ModelBackend")
        response = (client.post if name.startswith("POST ") else client.get)(address)
        close(response)
        transaction.set_rollback(True)
    return response.status_code


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(world: World, role: str) -> None:
    found = {name: answer(world, name, role) for name in MATRIX}
    assert found == {name: statuses[ROLES.index(role)] for name, statuses in MATRIX.items()}
