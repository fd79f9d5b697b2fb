"""Where the files of H5P packages are kept is said by one address."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from cms.settings.storage import package_storage


def test_without_an_address_they_are_with_the_other_files() -> None:
    assert package_storage("") == {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"allow_overwrite": True},
    }


def test_a_folder_of_its_own(tmp_path: Any) -> None:
    entry = package_storage(f"file://{tmp_path}")
    storage = import_string(entry["BACKEND"])(**entry["OPTIONS"])
    assert storage.location == str(tmp_path)


def test_a_bucket_with_its_prefix_and_options() -> None:
    entry = package_storage("s3://activites/socle?endpoint_url=https://s3.example&region_name=fr-par")
    assert entry["BACKEND"] == "storages.backends.s3.S3Storage"
    assert entry["OPTIONS"] == {
        "bucket_name": "activites",
        "location": "socle",
        "endpoint_url": "https://s3.example",
        "region_name": "fr-par",
        "file_overwrite": True,
        "default_acl": None,
        "querystring_auth": False,
        "object_parameters": {"CacheControl": "public, max-age=315360000, immutable"},
    }


@pytest.mark.parametrize("address", ["s3:///sans-bac", "ftp://a/b", "s3://bac?secret=1", "n'importe quoi://"])
def test_another_address_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="s3://bac/prefixe"):
        package_storage(address)
