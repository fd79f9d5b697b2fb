"""Every address of the site, and the ladder."""

from django.urls import include, path

from cms.urls import handler400, handler403, handler404, handler500  # noqa: F401
from tests.bench import views

urlpatterns = [
    path("bench/bare/", views.bare),
    path("bench/signed-in/", views.signed_in),
    path("bench/insert/", views.insert),
    path("bench/attestation/", views.attestation),
    path("", include("cms.urls")),
]
