"""What statements amount to: attempts, whether the activity is done, and its grade.

Pure, and blind to the order of arrival. A player sends what it says in order (first in, first out), so what follows
only ever adds to what was: an activity once complete stays so (rule R4).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.xapi import Score, Statement

FINISHING = frozenset({"completed", "answered", "passed", "failed", "mastered"})


class Policy(StrEnum):
    """Rule R3: when an activity is done. The trainer may choose another than the one of its content type."""

    FINISHED = "finished"
    PASSED = "passed"
    VIEWED = "viewed"
    MANUAL = "manual"


class Grading(StrEnum):
    """Which attempts make the grade; all are kept anyway."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    AVERAGE = "average"


# Types that never say they are finished: some send *consumed* when they load, others nothing at all.
UNSCORED = frozenset(
    "H5P.Accordion H5P.AdvancedText H5P.Agamotto H5P.Audio H5P.AudioRecorder H5P.Chart H5P.Collage"
    " H5P.ContinuousText H5P.DialogCards H5P.Dialogcards H5P.ExportableTextArea H5P.GoToQuestion H5P.GuessTheAnswer"
    " H5P.IFrameEmbed H5P.IVHotspot H5P.Image H5P.ImageHotspots H5P.ImageJuxtaposition H5P.ImageSlider"
    " H5P.ImpressPresentation H5P.InformationWall H5P.Link H5P.Nil H5P.Shape H5P.Table H5P.Text H5P.Timeline"
    " H5P.TwitterUserFeed H5P.Video".split()
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt comes to. `passed` is None when nothing tells."""

    score: Score | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt brought to its end. `passed` is None when nothing tells; `answers` are its questions, last word each.

    `is_derived`: the content never said it was finished, all its parts did (rule R6).
    """

    statement: Statement
    score: Score | None
    passed: bool | None
    answers: tuple[Statement, ...] = ()
    is_derived: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where someone stands in an activity. `grade` is between 0 and 1, None when nothing is scored."""

    is_complete: bool
    attempts: int
    grade: float | None


def default_policy(library: LibraryName) -> Policy:
    return Policy.VIEWED if library.machine_name in UNSCORED else Policy.FINISHED


def finishes(statement: Statement, *, iri: str) -> bool:
    """Rule R2: a word about the whole content that ends an attempt."""
    return statement.is_about(iri) and statement.verb in FINISHING and statement.completion is not False


def attempts_of(
    statements: Iterable[Statement], *, iri: str, pass_mark: float | None, parts: Collection[str] = ()
) -> tuple[Attempt, ...]:
    """Return the attempts one player brought to their end, in order.

    The same statements in any order, any number of times, give the same attempts. `pass_mark` is between 0 and 1,
    None to leave it to whoever has one; `parts` are the identifiers of the parts that must all be answered when the
    content does not finish by itself.
    """
    known = {statement.id: statement for statement in statements}
    history = sorted(known.values(), key=lambda statement: (statement.sequence, statement.id.bytes))
    attempts: list[Attempt] = []
    answers: dict[str, Statement] = {}
    for statement in history:
        if finishes(statement, iri=iri):
            passed = _passed(statement.success, statement.score, pass_mark)
            attempts.append(Attempt(statement, statement.score, passed, tuple(answers.values())))
            answers = {}
        elif statement.verb in FINISHING and not statement.is_about(iri):
            answers.pop(_part(statement), None)
            answers[_part(statement)] = statement
            if parts and set(parts) <= answers.keys():
                score = _sum(answers[part].score for part in parts)
                attempts.append(
                    Attempt(statement, score, _passed(None, score, pass_mark), tuple(answers.values()), is_derived=True)
                )
                answers = {}
    return _without_doubles(attempts)


def standing(
    attempts: Sequence[Attempt | Outcome],
    *,
    policy: Policy,
    grading: Grading,
    is_viewed: bool = False,
    is_declared: bool = False,
) -> Standing:
    """What all the attempts at one activity amount to. Rule R4: more facts never undo a completion."""
    match policy:
        case Policy.FINISHED:
            is_complete = bool(attempts)
        case Policy.PASSED:
            is_complete = any(attempt.passed for attempt in attempts)
        case Policy.VIEWED:
            is_complete = is_viewed or bool(attempts)
        case Policy.MANUAL:
            is_complete = is_declared
    return Standing(is_complete, len(attempts), grade(attempts, grading))


def grade(attempts: Sequence[Attempt | Outcome], grading: Grading) -> float | None:
    scores = [attempt.score.scaled for attempt in attempts if attempt.score is not None]
    if not scores:
        return None
    match grading:
        case Grading.BEST:
            return max(scores)
        case Grading.LAST:
            return scores[-1]
        case Grading.FIRST:
            return scores[0]
        case Grading.AVERAGE:
            return sum(scores) / len(scores)


def _passed(success: bool | None, score: Score | None, pass_mark: float | None) -> bool | None:
    if success is not None:
        return success
    return None if score is None or pass_mark is None else score.scaled >= pass_mark


def _part(statement: Statement) -> str:
    return statement.sub_content_id or statement.activity


def _sum(scores: Iterable[Score | None]) -> Score | None:
    known = [score for score in scores if score is not None]
    return Score(sum(one.raw for one in known), sum(one.maximum for one in known)) if known else None


def _without_doubles(attempts: list[Attempt]) -> tuple[Attempt, ...]:
    """A derived end followed by the content's own end is one attempt: the content's score counts, a success stays."""
    kept: list[Attempt] = []
    for attempt in attempts:
        former = kept[-1] if kept else None
        if former and former.is_derived and not attempt.is_derived and not attempt.answers:
            kept[-1] = replace(attempt, passed=former.passed or attempt.passed, answers=former.answers)
        else:
            kept.append(attempt)
    return tuple(kept)
