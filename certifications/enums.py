from django.db import models


class Kind(models.TextChoices):
    """What a credential is called, and so what it must say."""

    FOLLOWED = "attestation_suivi", "Attestation de suivi"
    SKILLS = "attestation_competences", "Attestation de compétences"
    END = "attestation_fin_formation", "Attestation de fin de formation"
    DONE = "certificat_realisation", "Certificat de réalisation"


class Path(models.TextChoices):
    """Which of the courses of a definition lead to it."""

    ANY = "any", "Chacune de ces formations y mène"
    ALL = "all", "C'est un parcours : il faut les avoir toutes terminées"
    SESSION = "session", "Chaque séance en salle de ces formations y mène"


class RenewalPath(models.TextChoices):
    """What one does again to renew."""

    SAME = "same", "La même formation, en entier"
    COURSES = "courses", "Une formation plus courte"
    STEPS = "steps", "Certaines étapes seulement de la formation"


class Purpose(models.TextChoices):
    AWARD = "award", "Délivrance"
    RENEWAL = "renewal", "Renouvellement"


class EventKind(models.TextChoices):
    REVOKED = "revoked", "Retirée"
    EXTENDED = "extended", "Prolongée"
    ERASED = "erased", "Données effacées"


class State(models.TextChoices):
    """What a credential is worth on a given day; derived, never stored."""

    NOT_YET = "not_yet", "Pas encore valable"
    VALID = "valid", "Valable"
    EXPIRING = "expiring", "À renouveler"
    EXPIRED = "expired", "Expirée"
    SUPERSEDED = "superseded", "Remplacée"
    REVOKED = "revoked", "Retirée"


class Threshold(models.IntegerChoices):
    """When the end of a credential is told: so many days before its last day, then on the day after it."""

    FAR = 90, "90 jours avant la fin"
    NEAR = 30, "30 jours avant la fin"
    CLOSE = 7, "7 jours avant la fin"
    LAPSED = -1, "Le lendemain de la fin"


class Finding(models.TextChoices):
    """What a file somebody sent turns out to be."""

    FILE = "file", "Ce fichier est bien celui que nous avons donné, sans un octet de changé"
    BADGE = "badge", "Ce badge est bien de nous, tel que nous l'avons signé"
    BORROWED = "borrowed", "Ce fichier n'est pas celui que nous avons donné"
    LOST = "lost", "Ce badge porte notre signature, mais nous ne connaissons pas d'attestation de ce numéro"
    STRANGE = "strange", "Ce n'est pas une de nos attestations"
