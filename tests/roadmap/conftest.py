from datetime import date

import pytest

from cms.roadmap.models import Objective, Roadmap, Theme


@pytest.fixture
def roadmap(db):
    return Roadmap.objects.create(title="Feuille de route", starts_on=date(2026, 1, 1), is_current=True)


@pytest.fixture
def objective(roadmap):
    return Objective.objects.create(roadmap=roadmap, code="SEC", title="Sécuriser le parcours", order=1)


@pytest.fixture
def theme(roadmap, objective):
    return Theme.objects.create(
        roadmap=roadmap, objective=objective, code="SEC-01", title="Accueil", order=1, is_example=True
    )
