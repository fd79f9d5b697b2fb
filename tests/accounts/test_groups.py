"""A fresh `migrate` gives two groups that work."""

import pytest
from django.contrib.auth.models import Group

from cms.accounts.models import COORDINATION, TRAINERS

ON_PAGES = ["add_page", "change_page", "publish_page"]
ON_FILES = ["add_document", "add_image", "change_document", "change_image", "choose_document", "choose_image"]


H5P = {"view_content", "upload_content"}


def all_of(*models: str) -> set[str]:
    return {f"{action}_{model}" for model in models for action in ("add", "change", "delete", "view")}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            TRAINERS,
            {"access_admin", "add_glossaryterm", "change_glossaryterm", "view_glossaryterm"}
            | H5P
            | all_of("phrase", "situation", "trainingsession"),
        ),
        (
            COORDINATION,
            {"access_admin", "view_user", "publish_credentialdefinition", "change_provider"}
            | all_of("organisation", "membership", "invitation")
            | all_of("roadmap", "objective", "theme", "glossaryterm", "pathwaystep", "phrase", "situation")
            | all_of("trainingsession", "credentialdefinition"),
        ),
    ],
)
def test_each_group_may_do_what_its_people_do(db: None, name: str, expected: set[str]) -> None:
    group = Group.objects.get(name=name)
    assert set(group.permissions.values_list("codename", flat=True)) == expected
    assert sorted(group.page_permissions.values_list("permission__codename", flat=True)) == ON_PAGES
    assert sorted(group.collection_permissions.values_list("permission__codename", flat=True)) == ON_FILES


def test_there_is_no_other_group(db: None) -> None:
    assert sorted(Group.objects.values_list("name", flat=True)) == [COORDINATION, TRAINERS]
