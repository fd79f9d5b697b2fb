from datetime import date

import factory
from factory.django import DjangoModelFactory

from cms.accounts.models import Membership, Organisation, User


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@test.example")
    first_name = factory.Sequence(lambda n: ("Claire", "Éric", "Zoé", "Omar")[n % 4])
    last_name = factory.Sequence(lambda n: ("Éclair", "école", "zèbre", "Martin")[n % 4])


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    code = factory.Sequence(lambda n: f"ORG-{n}")
    name = factory.Sequence(lambda n: f"Structure {n}")
    kind = "association"


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    person = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    starts_on = date(2026, 1, 1)
