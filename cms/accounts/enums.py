from django.db import models

# Groups created by a migration, with their permissions.
TRAINERS = "Formateurs"
COORDINATION = "Coordination"


class Role(models.TextChoices):
    MEMBER = "member", "Membre"
    LEAD = "lead", "Référent de structure"


class OrganisationKind(models.TextChoices):
    DEPARTEMENT = "departement", "Département"
    CAISSE = "caisse", "Caisse (CAF, MSA)"
    OPERATEUR = "operateur", "Opérateur de l'emploi"
    ETAT = "etat", "Service de l'État"
    ASSOCIATION = "association", "Association"
    RESEAU = "reseau", "Tête de réseau"
    CCAS = "ccas", "CCAS ou CIAS"
    GIP = "gip", "Groupement d'intérêt public"
    REGION = "region", "Région"
    AUTRE = "autre", "Autre"


class Job(models.TextChoices):
    REFERENT_RSA = "referent_rsa", "Référent RSA"
    CIP = "cip", "Conseiller en insertion professionnelle"
    ASSISTANT_SOCIAL = "assistant_social", "Assistant de service social"
    CONSEILLER_FRANCE_TRAVAIL = "conseiller_france_travail", "Conseiller France Travail"
    CONSEILLER_MISSION_LOCALE = "conseiller_mission_locale", "Conseiller de mission locale"
    AGENT_CCAS = "agent_ccas", "Agent de CCAS"
    AGENT_MSA = "agent_msa", "Agent de la MSA"
    AUTRE = "autre", "Autre métier"
