"""The words H5P stores."""

from django.db import models


class UploadState(models.TextChoices):
    RECEIVED = "received", "Reçu"
    REFUSED = "refused", "Refusé"
    WAITING = "waiting", "En attente d'un administrateur"
    DECLINED = "declined", "Écarté"
    WITHDRAWN = "withdrawn", "Retiré"
    IMPORTED = "imported", "Importé"
