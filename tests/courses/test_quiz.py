"""Quizzes: grading by itself, then the whole life of an attempt, and what hostile hands may send."""

import json
import re
from html import unescape
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import quiz, services
from courses.errors import QuizNotReady, QuizNotStarted
from courses.models import Attempt, AttemptDraft, StepState
from courses.services import enrol, record_attempt, retake
from tests.courses.helpers import finish, published
from tests.courses.test_learner_journey import answer_quiz, field, text
from tests.factories.courses import SINGLE, CourseTree, course_tree, questions

QUESTIONS = [
    {
        "id": "q1",
        "text": "Une seule",
        "kind": "single",
        "feedback": "",
        "answers": [{"id": "a", "text": "A", "is_correct": True}, {"id": "b", "text": "B", "is_correct": False}],
    },
    {
        "id": "q2",
        "text": "Plusieurs",
        "kind": "multiple",
        "feedback": "",
        "answers": [
            {"id": "a", "text": "A", "is_correct": True},
            {"id": "b", "text": "B", "is_correct": True},
            {"id": "c", "text": "C", "is_correct": False},
        ],
    },
    {
        "id": "q3",
        "text": "Vrai ou faux",
        "kind": "truefalse",
        "feedback": "",
        "answers": [{"id": "v", "text": "Vrai", "is_correct": False}, {"id": "f", "text": "Faux", "is_correct": True}],
    },
]


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ({}, 0),
        ({"q1": ["a"]}, 1),
        ({"q1": ["b"]}, 0),
        ({"q2": ["a"]}, 0),
        ({"q2": ["b", "a"]}, 1),
        ({"q2": ["a", "b", "c"]}, 0),
        ({"q1": ["a"], "q2": ["a", "b"], "q3": ["f"]}, 3),
    ],
)
def test_a_question_is_right_when_exactly_the_right_answers_are_chosen(answers, score):
    assert quiz.grade(QUESTIONS, answers).score == score


def test_the_pass_mark_is_compared_with_the_exact_score():
    two_thirds = quiz.Grade(2, 3, frozenset())
    assert (two_thirds.percent, two_thirds.reaches(66), two_thirds.reaches(67)) == (66, True, False)
    assert not quiz.Grade(0, 0, frozenset()).reaches(0)


@given(st.integers(1, 100), st.integers(1, 60))
def test_the_number_said_is_the_least_that_reaches_the_pass_mark(pass_mark, total):
    grades = [quiz.Grade(score, total, frozenset()) for score in range(total + 1)]
    needed = quiz.needed(pass_mark, total)
    assert needed == min(grade.score for grade in grades if grade.reaches(pass_mark))
    assert quiz.asked(pass_mark, total) == f"{pass_mark} % de bonnes réponses, soit {needed} sur {total}"


def test_a_quiz_without_question_comes_to_no_number():
    assert quiz.asked(70, 0) == "70 % de bonnes réponses"


@given(st.dictionaries(st.sampled_from(["q1", "q2", "q3", "autre"]), st.lists(st.text(max_size=3), max_size=4)))
def test_grading_takes_anything_and_stays_in_range(answers):
    result = quiz.grade(QUESTIONS, answers)
    assert 0 <= result.score <= result.max_score == 3
    assert 0 <= result.percent <= 100


@given(st.integers(0, 2**31))
def test_a_seed_gives_one_order_and_true_comes_before_false(seed):
    first, again = (quiz.freeze(QUESTIONS, seed=seed, is_shuffled=True) for _ in range(2))
    assert first == again
    assert [answer["id"] for answer in first[2]["answers"]] == ["v", "f"]
    assert [sorted(answer["id"] for answer in question["answers"]) for question in first] == [
        ["a", "b"],
        ["a", "b", "c"],
        ["f", "v"],
    ]
    assert quiz.freeze(QUESTIONS, seed=seed, is_shuffled=False) == QUESTIONS


def test_what_is_shown_before_grading_says_nothing_of_what_is_right():
    assert quiz.shown(QUESTIONS[0]) == {
        "id": "q1",
        "text": "Une seule",
        "kind": "single",
        "answers": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}],
    }


@pytest.mark.parametrize("values", [["z"], ["a", "b"], ["a" * 1_000_000], ["\0"], ["[object Object]"]])
def test_an_answer_the_question_does_not_offer_is_refused(values):
    with pytest.raises(quiz.AnswerError):
        quiz.read_answer(QUESTIONS[0], values)


@pytest.mark.django_db
class TestAttempt:
    @pytest.fixture
    def tree(self, professional):
        tree = course_tree(lessons=0, quizzes=1)
        tree.enrolment = enrol(person=professional, course=tree.course, source="self")
        return tree

    def base(self, tree: CourseTree) -> str:
        return f"/formations/etape/{tree.enrolment.public_id}/{tree.quizzes[0].step_key}"

    def right(self, draft: AttemptDraft, number: int) -> list[str]:
        return [answer["id"] for answer in draft.items[number - 1]["answers"] if answer["is_correct"]]

    def test_the_number_of_right_answers_asked_is_said_before_and_after(self, tree, sign_in, professional):
        browser, words = sign_in(professional), "70 % de bonnes réponses, soit 3 sur 3"
        assert f"Pour valider : {words}." in text(browser.get(tree.quizzes[0].url))
        assert f"Il faut {words}." in text(answer_quiz(browser, tree.enrolment, tree.quizzes[0], is_right=False))
        assert f"il faut {words}." in text(browser.get(tree.quizzes[0].url))
        tree.quizzes[0].questions = questions(SINGLE)
        published(tree.quizzes[0])
        assert "soit 1 sur 1" in text(browser.get(tree.quizzes[0].url))

    def test_right_answers_are_nowhere_before_submission(self, tree, sign_in, professional):
        browser, base = sign_in(professional), self.base(tree)
        pages = [browser.get(tree.quizzes[0].url), browser.post(f"{base}/commencer/", follow=True)]
        draft = AttemptDraft.objects.get()
        for number in (1, 2, 3):
            pages.append(browser.post(f"{base}/question/{number}/", {"answer": self.right(draft, number)}))
            pages.append(browser.get(f"{base}/question/{number}/"))
            autosaved = browser.post(f"{base}/question/{number}/", {"answer": []}, headers={"X-Autosave": "1"})
            assert set(autosaved.json()) == {"saved"}
            pages.append(autosaved)
        pages.append(browser.get(f"{base}/relecture/"))
        secrets = ["is_correct", "Il n'est pas seul", "La présidence est conjointe", "Le strict utile"]
        for page in pages:
            html = page.content.decode()
            assert [secret for secret in secrets if secret in html.replace("&#x27;", "'")] == []
        # Every answer of a question stands in the page in the same way, whether right or not.
        html = browser.get(f"{base}/question/1/").content.decode()
        choices = re.findall(r'<label class="choice">.*?</label>', html, flags=re.S)
        shapes = set()
        for choice, answer in zip(choices, draft.items[0]["answers"], strict=True):
            shapes.add(unescape(choice).replace(answer["id"], "").replace(answer["text"], ""))
        assert len(shapes) == 1

    def test_the_result_shows_what_was_right_and_why(self, tree, sign_in, professional):
        result = answer_quiz(sign_in(professional), tree.enrolment, tree.quizzes[0], is_right=False)
        shown = text(result)
        assert "0 %" in shown
        assert "Il faut 70 %" in shown
        assert "Bonne réponse" in shown
        assert "La présidence est conjointe." in shown

    def test_all_attempts_are_kept_and_listed(self, tree, sign_in, professional):
        browser = sign_in(professional)
        for is_right in (False, True, False):
            answer_quiz(browser, tree.enrolment, tree.quizzes[0], is_right=is_right)
        page = text(browser.get(tree.quizzes[0].url))
        assert page.count("Pas validé") == 2
        assert "Ce quiz est validé. Meilleur résultat : 100 %" in page
        assert (Attempt.objects.count(), StepState.objects.get().attempts_count) == (3, 3)

    def test_one_resumes_at_the_first_unanswered_question(self, tree, sign_in, professional):
        browser, base = sign_in(professional), self.base(tree)
        browser.post(f"{base}/commencer/")
        draft = AttemptDraft.objects.get()
        for number in (1, 3):
            browser.post(f"{base}/question/{number}/", {"answer": self.right(draft, number)})
        assert "Reprendre à la question 2" in text(browser.get(tree.quizzes[0].url))
        assert browser.post(f"{base}/commencer/").url == f"{base}/question/2/"
        stopped = browser.post(f"{base}/question/2/", {"to": "stop", "answer": self.right(draft, 2)})
        assert stopped.url == tree.quizzes[0].url
        assert "sans réponse" not in text(browser.get(f"{base}/relecture/"))

    def test_the_draft_keeps_what_was_first_shown(self, tree, sign_in, professional):
        browser = sign_in(professional)
        browser.post(f"{self.base(tree)}/commencer/")
        first = AttemptDraft.objects.get().questions
        page = tree.quizzes[0]
        page.questions = questions({**SINGLE, "text": "Une autre question"})
        published(page)
        browser.post(f"{self.base(tree)}/commencer/")
        assert AttemptDraft.objects.get().questions == first
        assert "Qui préside" in text(browser.get(f"{self.base(tree)}/question/1/"))
        result = answer_quiz(browser, tree.enrolment, page)
        assert "Qui préside" in text(result)
        snapshot = Attempt.objects.get().snapshot
        assert snapshot["questions"][0]["text"] == "Qui préside le comité départemental ?"
        browser.post(f"{self.base(tree)}/commencer/")
        assert "Une autre question" in text(browser.get(f"{self.base(tree)}/question/1/"))

    def test_it_is_graded_with_the_pass_mark_of_the_day_one_enrolled(self, tree, sign_in, professional):
        page = tree.quizzes[0]
        page.pass_mark = 100
        published(page)
        browser, base = sign_in(professional), self.base(tree)
        assert "70 % pour valider" in text(browser.get(page.url))
        browser.post(f"{base}/commencer/")
        draft = AttemptDraft.objects.get()
        draft.answers = {item["id"]: self.right(draft, at) for at, item in enumerate(draft.items, start=1)}
        draft.answers.pop(draft.items[0]["id"])
        draft.save()
        services.submit_quiz(enrolment=tree.enrolment, step_key=page.step_key, key=draft.idempotency_key)
        attempt = Attempt.objects.get()
        assert (attempt.score, attempt.passed, attempt.snapshot["pass_mark"]) == (2, False, 70)

    def test_handing_in_twice_is_one_attempt(self, tree, sign_in, professional):
        browser, base = sign_in(professional), self.base(tree)
        browser.post(f"{base}/commencer/")
        key = field(browser.get(f"{base}/relecture/"), "key")
        answers = [browser.post(f"{base}/envoyer/", {"key": key}) for _ in range(2)]
        assert [answer.url for answer in answers] == [f"{base}/resultat/{key}/"] * 2
        assert Attempt.objects.count() == 1

    def test_going_back_after_handing_in_leads_to_the_quiz(self, tree, sign_in, professional):
        browser, base = sign_in(professional), self.base(tree)
        answer_quiz(browser, tree.enrolment, tree.quizzes[0])
        assert browser.get(f"{base}/question/2/").url == tree.quizzes[0].url
        assert browser.post(f"{base}/question/2/", {"answer": "x"}).url == tree.quizzes[0].url
        assert browser.get(f"{base}/relecture/").url == tree.quizzes[0].url
        refused = browser.post(f"{base}/envoyer/", {"key": str(uuid4())}, follow=True)
        assert "Aucune tentative n'est en cours" in text(refused)

    def test_the_key_of_another_page_hands_nothing_in(self, tree, sign_in, professional):
        browser, base = sign_in(professional), self.base(tree)
        browser.post(f"{base}/commencer/")
        refused = browser.post(f"{base}/envoyer/", {"key": str(uuid4())}, follow=True)
        assert "Cette page n'était plus à jour" in text(refused)
        assert (AttemptDraft.objects.count(), Attempt.objects.count()) == (1, 0)

    @pytest.mark.parametrize("value", ["inconnue", "x" * 1_000_000, "\0", "'; DROP TABLE", "[]", "é" * 1000])
    def test_a_hostile_answer_gets_a_sentence(self, tree, sign_in, professional, value):
        browser, base = sign_in(professional), self.base(tree)
        browser.post(f"{base}/commencer/")
        refused = browser.post(f"{base}/question/1/", {"answer": value})
        assert refused.status_code == 400
        assert "Cette réponse n'est pas proposée ici." in text(refused)
        silent = browser.post(f"{base}/question/1/", {"answer": value}, headers={"X-Autosave": "1"})
        assert (silent.status_code, list(silent.json())) == (400, ["error"])
        assert AttemptDraft.objects.get().answers == {}

    def test_two_answers_where_one_is_expected_get_a_sentence(self, tree, sign_in, professional):
        browser, base = sign_in(professional), self.base(tree)
        browser.post(f"{base}/commencer/")
        both = [answer["id"] for answer in AttemptDraft.objects.get().items[0]["answers"]]
        assert "Une seule réponse est attendue." in text(browser.post(f"{base}/question/1/", {"answer": both}))

    @pytest.mark.parametrize("number", [0, 4, 999999999999])
    def test_a_question_that_does_not_exist_is_not_found(self, tree, sign_in, professional, number):
        browser, base = sign_in(professional), self.base(tree)
        browser.post(f"{base}/commencer/")
        assert browser.get(f"{base}/question/{number}/").status_code == 404
        assert browser.post(f"{base}/question/{number}/", {"answer": "a"}).status_code == 404

    def test_json_instead_of_a_form_changes_nothing(self, tree, sign_in, professional):
        browser, base = sign_in(professional), self.base(tree)
        browser.post(f"{base}/commencer/")
        body = json.dumps({"answer": {"$ne": None}})
        assert browser.post(f"{base}/question/1/", body, content_type="application/json").status_code == 400
        assert AttemptDraft.objects.get().answers == {}

    def test_a_quiz_without_questions_is_not_begun(self, tree):
        page = tree.quizzes[0]
        page.questions = []
        page.save()
        with pytest.raises(QuizNotReady):
            services.start_quiz(enrolment=tree.enrolment, page=page)

    def test_an_attempt_left_in_a_closed_cycle_is_refused_in_words(self, tree, sign_in, professional):
        browser, base = sign_in(professional), self.base(tree)
        browser.post(f"{base}/commencer/")
        key = field(browser.get(f"{base}/relecture/"), "key")
        finish(tree.enrolment, tree.quizzes[0])
        retake(enrolment=tree.enrolment)
        refused = browser.post(f"{base}/envoyer/", {"key": key}, follow=True)
        assert "Cette inscription est close" in text(refused)
        assert Attempt.objects.count() == 1

    def test_nothing_is_handed_in_before_it_is_begun(self, tree):
        with pytest.raises(QuizNotStarted):
            services.submit_quiz(enrolment=tree.enrolment, step_key=tree.quizzes[0].step_key, key=uuid4())

    def test_someone_who_signs_up_again_starts_from_nothing(self, tree, professional):
        record_attempt(
            enrolment=tree.enrolment,
            step_key=tree.quizzes[0].step_key,
            idempotency_key="k",
            passed=True,
            score=3,
            max_score=3,
        )
        second = retake(enrolment=tree.enrolment)
        draft = services.start_quiz(enrolment=second, page=tree.quizzes[0])
        assert (draft.enrolment, draft.answers) == (second, {})
