"""Where the files of H5P packages are kept, as one address in the environment."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

# What may be asked of S3 after the "?": the names of django-storages.
S3_OPTIONS = {"endpoint_url", "region_name", "addressing_style", "signature_version", "access_key", "secret_key"}


def package_storage(address: str) -> dict[str, Any]:
    """Return the entry of STORAGES for an address: empty is MEDIA_ROOT, else `file:///…` or `s3://bucket/prefix?…`.

    Files are written over: a directory is written once, and again when a first try was cut short.
    """
    parts = urlsplit(address)
    if not address or (parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")):
        where = {"location": parts.path} if address else {}
        backend = "django.core.files.storage.FileSystemStorage"
        return {"BACKEND": backend, "OPTIONS": {"allow_overwrite": True} | where}
    options = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.netloc or options.keys() - S3_OPTIONS:
        raise ImproperlyConfigured(
            "H5P_STORAGE_URL doit s'écrire file:///dossier ou s3://bac/prefixe?option=valeur "
            f"(options : {', '.join(sorted(S3_OPTIONS))})."
        )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": options
        | {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "file_overwrite": True,
            "default_acl": None,
            "querystring_auth": False,
            "object_parameters": {"CacheControl": "public, max-age=315360000, immutable"},
        },
    }
