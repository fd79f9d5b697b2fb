"""What, in a free text, looks like data about somebody one works with. The site holds none, ever (product, rule 8).

It warns, and the person decides: a rule that knows names from words does not exist. Initials ("Mme L.") are fine.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from django.utils import timezone

from cms.core.text import fold

MOST_FINDINGS = 20
# No form takes so many signs: what follows them is refused before it is read.
MOST_READ = 100_000
# Anyone accompanied is grown up: a more recent date is one of work, unless the text says that somebody was born.
GROWN_UP = 18

# Latin letters and the marks that join them; possessive, so that no pattern comes back on its steps.
LETTERS = r"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ\u0300-\u036f]{1,60}+"
WORD = rf"{LETTERS}(?:['’-]{LETTERS}){{0,4}}+"
# Between groups of digits: spaces of any width, then one sign, then spaces.
SIGN = r"[^\S\n]{0,2}[./–-]?[^\S\n]{0,2}"

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
# INSEE: sex, year and month of birth, commune, order, key.
NIR = re.compile(
    rf"(?<!\d)[12]{SIGN}\d{{2}}{SIGN}(?:0[1-9]|1[0-2]|[2-9]\d){SIGN}(?:\d{{2}}|2[AB]){SIGN}\d{{3}}{SIGN}\d{{3}}"
    rf"(?:{SIGN}\d{{2}})?(?!\d)",
    re.IGNORECASE,
)
TELEPHONE = re.compile(
    r"(?<![\d+])(?!\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d(?!\d))"
    rf"(?:(?:\+|00)33{SIGN}(?:\(0\){SIGN})?|0{SIGN})[1-9](?:{SIGN}\d{{2}}){{4}}(?!\d)"
)
MONTHS = "janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre"
DAY, MONTH, YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
DATE = re.compile(
    r"(?<!\d)(?<!\d[/.-])(?:"
    rf"{DAY}\s?[/.-]\s?{MONTH}\s?[/.-]\s?(?P<digits>{YEAR})"
    rf"|{DAY}(?:er)?\s{{1,3}}(?:{MONTHS})\s{{1,3}}(?P<words>{YEAR})"
    rf"|(?P<first>{YEAR})[/.-]{MONTH}[/.-]{DAY}"
    rf"|(?:{DAY}\s?/\s?{MONTH}\s?/\s?|\d\d[.-](?:0[1-9]|1[0-2])[.-])(?P<short>\d\d)"
    r")(?!\d|[/.-]\d)",
    re.IGNORECASE,
)
BORN = re.compile(r"\b(?:n[ée]e?s?|naissance|DDN)\W{0,3}(?:le|au|du)?\W{0,3}$", re.IGNORECASE)
OF_A_TEXT = re.compile(
    r"\b(?:arr[êe]t[ée]s?|lois?|d[ée]crets?|ordonnances?|circulaires?|d[ée]lib[ée]rations?|conventions?|accords?|"
    r"instructions?|directives?|r[èe]glements?|protocoles?|contrats?|codes?)\b[^.;\n]{0,40}?\b(?:du|le)\W{1,3}$",
    re.IGNORECASE,
)
LOOKED_BACK = 70

TITLE = re.compile(
    r"(?<![\w-])(?:(?i:mesdames|madame|mademoiselle|monsieur|messieurs|mmes?|mlles?|mr)\b\.?|MM?(?=[.\s])\.?)"
)
# Straight after a point, or after spaces which may hold one end of line.
NAME = re.compile(
    rf"(?:(?<=\.)|[^\S\n]{{0,3}}(?=\s)\n?)[^\S\n]{{0,3}}(?<=[.\s])({WORD})((?:[^\S\n]{{1,3}}{WORD}){{0,5}})"
)
FOLLOWING = re.compile(rf"[^\S\n]{{1,3}}({WORD})")
PARTICLES = frozenset("de du des d la le les l el al ben van von der di da dos".split())  # noqa: SIM905 - read as words
ARTICLES = frozenset(("la", "le", "les", "l"))
# Folded. What follows "Monsieur le" or "Madame la" without naming anyone.
OFFICES = re.compile(
    r"(?:vice-|sous-)?(?:president|maire|ministre|direct|prefe|juge|procureu|rapporteu|commissaire|depute|senat|"
    r"conseill|secretaire|inspect|rect|proviseu|principal|chef|responsable|referent|docteu|doctoresse|professeu|"
    r"medecin|defenseu|mediat|adjoint|tresori|delegue|greffi|doyen|batonni|avocat|notaire|coordinat|curat|tuteur)"
)
# Folded. What may follow « madame » written for « the lady », or begin the line after it.
ORDINARY = frozenset(
    """
    a absent absente accepte accompagne accompagnee accueilli accueillie age agee ai aime ait ajoute alors annonce
    appelle apporte apprend apres arrete arrive as attend au aujourd'hui aussi aux avait avance avant avec avez
    ayant bien bonjour bonsoir car ce cela ces cet cette cherche chez choisit comme commence comprend concernant
    confirme connait continue craint croit dans decide deja demain demande deposera depuis descend devait devra dira
    dit dit-elle dit-il doit donc donne dont ecoute ecrit elle elles en encore enfin ensuite entend entre espere
    essaie est et etait eu eut evoque explique exprime fait fera finit font fut garde habite hesite hier ici il ils
    indique insiste jamais je jusque lit lui madame mademoiselle mais manque me meme merci mes mesdames messieurs
    met mlle mm mme mmes moi mon monsieur montre mr ne ni nos notre nous observe on ont ou ouvre par parait parce
    parle part pas passe pendant pense perd peut pleure plus pose pour pourrait pouvait precise prefere prend
    prepare present presente propose puis quand que quel quelle qui quitte quoi raconte rappelle recoit refuse
    regarde remercie rend rentre repart repete repond reprend reste retrouve revient rit sa sait sans se selon
    semble sent sera serait ses seul seule si signe soit son sont sort souhaitait souhaite sourit sous souvent suit
    suite sur ta te tient tombe touche toujours tous tout toute travaille tres trop trouve un une utilise va vend
    vers veuillez veut viendra vient vit voila voit vos votre voudrait voulait vous vu y
    """.split()  # noqa: SIM905 - read as words
)


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` is what it looks like, with its preposition; `passage` is what was written, as it was."""

    kind: str
    passage: str

    def __str__(self) -> str:
        return f"« {self.passage} » ressemble {self.kind}."


def identifying(*texts: str) -> list[Finding]:
    """Return what looks like somebody's in these texts, each once, in the order of the kinds."""
    seen: dict[Finding, None] = {}
    # Each new finding is kept, so that a text of a million signs stops where enough is known.
    fresh = (one for one in _found(texts) if one not in seen)
    for one in islice(fresh, MOST_FINDINGS):
        seen[one] = None
    return list(seen)


def _found(texts: Iterable[str]) -> Iterator[Finding]:
    for text in texts:
        for kind, passages in KINDS.items():
            for passage in passages(text[:MOST_READ]):
                yield Finding(kind, passage.strip())


def _matching(pattern: re.Pattern[str]) -> Callable[[str], Iterator[str]]:
    return lambda text: (match[0] for match in pattern.finditer(text))


def _birth_dates(text: str) -> Iterator[str]:
    """Dates old enough for a grown-up, but for those of laws and orders; any date when somebody is said to be born."""
    this_year = timezone.localdate().year
    for match in DATE.finditer(text):
        year = int(next(part for part in match.groups() if part))
        if match["short"]:
            year += 2000 if year <= this_year % 100 else 1900
        before = text[max(0, match.start() - LOOKED_BACK) : match.start()]
        is_old = 1900 <= year <= this_year - GROWN_UP and not OF_A_TEXT.search(before)
        if is_old or (year <= this_year and BORN.search(before)):
            yield match[0]


def _names(text: str) -> Iterator[str]:
    for title in TITLE.finditer(text):
        found = NAME.match(text, title.end())
        if found is not None and (end := _end_of_name(title[0], found)):
            yield text[title.start() : end]


def _end_of_name(title: str, found: re.Match[str]) -> int:
    """Where the name ends that follows a title; 0 when it is none."""
    words = [(found[1], found.end(1))]
    words += [(one[1], one.end(1)) for one in FOLLOWING.finditer(found.string, found.end(1), found.end())]
    particles = [fold(word) for word, _end in takewhile(lambda one: fold(one[0]) in PARTICLES, words)]
    rest = words[len(particles) :]
    if not rest or not _is_name(title, particles, rest[0][0]):
        return 0
    end = rest[0][1]
    for at, (word, _end) in enumerate(rest[1:], start=1):
        if _is_capital(word) and fold(word) not in PARTICLES | ORDINARY:
            end = rest[at][1]
        elif fold(word) not in PARTICLES:
            break
    return end


def _is_name(title: str, particles: list[str], word: str) -> bool:
    bare = fold(word)
    if len(bare) < 2 or bare in ORDINARY:
        return False
    if _is_capital(word):
        return not (set(particles) <= ARTICLES and particles and OFFICES.match(bare))
    # In small letters, straight after a title: "madame durand"; not "la madame du bureau", nor "Madame n'a pas".
    return not particles and title != "M" and len(bare) > 2 and not {"'", "’"} & set(word)


def _is_capital(word: str) -> bool:
    """ "Durand", "DURAND", "d'Ormesson"; not an initial."""
    start = word[2:] if word[1:2] in ("'", "’") else word
    return len(start) > 1 and word[:1].isalpha() and (word[0].isupper() or start[0].isupper())


KINDS: dict[str, Callable[[str], Iterator[str]]] = {
    "à une adresse électronique": _matching(EMAIL),
    "à un numéro de sécurité sociale": _matching(NIR),
    "à un numéro de téléphone": _matching(TELEPHONE),
    "à une date de naissance": _birth_dates,
    "au nom de quelqu'un": _names,
}
