"""What is made of the answers of a store: stored, refused one by one, to be tried again, or not to be tried."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from courses.h5p.lrs.client import Answer

# A store refuses the whole of a batch for one statement of it (Part Three, 1.3 and 2.1.2): these statuses are about it.
CONFLICT = 409
ABOUT_STATEMENTS = frozenset({400, CONFLICT, 413, 422})
LATER = frozenset({408, 425, 429})
DENIED = frozenset({401, 403})
REASONS = {
    400: "il ne peut pas les lire",
    401: "compte ou mot de passe inconnu",
    403: "ce compte n'a pas le droit d'écrire",
    404: "il n'y a rien à cette adresse",
    409: "il en a déjà d'autres sous ces identifiants",
    413: "l'envoi est trop long",
    429: "trop d'envois à la fois",
    500: "une erreur chez lui",
    502: "une erreur chez lui",
    503: "il n'est pas disponible",
}
# So many refused one by one, and none accepted: it is not about them.
SUSPICIOUS = 10


@dataclass(frozen=True, slots=True)
class Item:
    """A statement to send: the key of its row, the identifier the store will know it by, its text."""

    key: int
    id: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """Why sending ended. `stops`: trying again would change nothing until somebody looks; else `retry_after` seconds.

    `blames_batch`: what was being sent may be the cause of it.
    """

    words: str
    stops: bool = False
    retry_after: float | None = None
    blames_batch: bool = False


@dataclass(slots=True)
class Delivery:
    """What became of each; those in none of the lists were not tried. `blamed` were being sent when it failed."""

    sent: list[Item] = field(default_factory=list)
    refused: list[tuple[Item, str]] = field(default_factory=list)
    blamed: list[Item] = field(default_factory=list)
    fault: Fault | None = None


def deliver(
    items: Sequence[Item],
    send: Callable[[bytes], Answer],
    *,
    until: float,
    clock: Callable[[], float] = time.monotonic,
) -> Delivery:
    """Send items together, then by halves to find which are refused, as long as `until` has not passed.

    A conflict about one alone means it is there already: its identifier is ours, nobody else could have used it.
    """
    delivery, waiting = Delivery(), [list(items)] if items else []
    while waiting and clock() < until:
        batch = waiting.pop()
        answer = send(b"[" + b",".join(item.text for item in batch) + b"]")
        if is_stored(answer, batch) or (answer.status == CONFLICT and len(batch) == 1):
            delivery.sent += batch
        elif answer.status not in ABOUT_STATEMENTS:
            delivery.fault = fault_of(answer)
            delivery.blamed = batch if delivery.fault.blames_batch else []
            break
        elif len(batch) > 1:
            middle = len(batch) // 2
            waiting += [batch[middle:], batch[:middle]]
        else:
            delivery.refused.append((batch[0], refusal(answer)))
            if len(delivery.refused) >= SUSPICIOUS and not delivery.sent:
                words = f"Le LRS refuse tout ce qui lui est envoyé. {refusal(answer)}"
                return Delivery(fault=Fault(words, stops=True))
    return delivery


def is_stored(answer: Answer, batch: Sequence[Item]) -> bool:
    """Whether the store says it has them all: a 200 of something else, a portal or a proxy, is not that."""
    return answer.status == 200 and answer.ids >= {item.id for item in batch}


def refusal(answer: Answer) -> str:
    """What the store says of it, in words of ours when it gives none; its number for who looks after the store."""
    words = answer.reason or REASONS.get(answer.status, "il ne dit pas pourquoi")
    return f"Son motif : {words.rstrip('.')} (réponse {answer.status})."


def fault_of(answer: Answer) -> Fault:
    status = answer.status
    if status == 0:
        return Fault(answer.reason, blames_batch=answer.is_slow)
    if status in DENIED:
        return Fault(f"Le LRS refuse le compte ou le mot de passe. {refusal(answer)}", stops=True)
    if status in LATER or status >= 500:
        words = "demande d'attendre" if status in LATER else "est en panne"
        has_date = answer.retry_after is not None
        return Fault(
            f"Le LRS {words}. {refusal(answer)}",
            retry_after=answer.retry_after,
            blames_batch=status >= 500 and not has_date,
        )
    if 300 <= status < 400:
        return Fault(f"Le LRS renvoie vers une autre adresse (réponse {status}) : corrigez LRS_URL.")
    return Fault(f"Cette adresse ne répond pas comme un LRS : corrigez LRS_URL. {refusal(answer)}")
