"""Every address of the site. Pages come last: Wagtail answers what nothing else does."""

from django.conf import settings
from django.db import transaction
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.utils.functional import lazy
from django.views.generic import RedirectView, TemplateView
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents.views import serve as wagtaildocs
from wagtail.urls import serve_pattern
from wagtail.utils.urlpatterns import decorate_urlpatterns

from cms.core import health, views
from cms.core.downloads import sends_files

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # What browsers and search engines ask for by themselves.
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain"), name="robots"),
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("favicon.svg")), name="favicon"),
    path(
        "admin/login/",
        RedirectView.as_view(pattern_name="account_login", query_string=True),
        name="admin_door",
    ),
    # Asked for by name when a document is kept for those who sign in.
    path(
        "connexion/",
        RedirectView.as_view(pattern_name="account_login", query_string=True),
        name="wagtailcore_login",
    ),
    # What an editor does is done whole or not at all: a page with the version of its course, a move with its figures.
    path("admin/", include(decorate_urlpatterns(wagtailadmin_urls.urlpatterns, transaction.atomic))),
    # Wagtail's two addresses of documents, under its names; the first answers by parts too.
    path(
        "documents/<int:document_id>/<path:document_filename>",
        sends_files(wagtaildocs.serve),
        name="wagtaildocs_serve",
    ),
    path(
        "documents/authenticate_with_password/<int:restriction_id>/",
        wagtaildocs.authenticate_with_password,
        name="wagtaildocs_authenticate_with_password",
    ),
    path("compte/", include("cms.accounts.urls")),
    path("compte/", include("allauth.urls")),
    path("feuille-de-route/", include("cms.roadmap.urls")),
    path("socle/", include("cms.pages.urls")),
    path("", include("courses.sessions.urls")),
    path("", include("courses.urls")),
    path("", include("interview_toolkit.home.urls")),
    path("", include("interview_toolkit.techniques.urls")),
    path("", include("interview_toolkit.simulations.urls")),
    path("", include("interview_toolkit.journal.urls")),
    path("", include("interview_toolkit.practices.urls")),
    path("", include("interview_toolkit.commitments.urls")),
    path("", include("interview_toolkit.observations.urls")),
    path("", include("interview_toolkit.triads.urls")),
    path("", include("certifications.urls")),
    path("", include("coordination.livret.urls")),
    path("", include("coordination.urls")),
    path("affichage/", views.set_theme, name="set_theme"),
]
if settings.SOCLE_SHOW_COMPONENTS:
    urlpatterns += [path("composants/", views.components, name="components")]
if settings.SOCLE_SERVES_MEDIA:
    urlpatterns += [path("media/<path:path>", sends_files(views.media), name="media")]

urlpatterns += [re_path(serve_pattern, views.serve_page, name="wagtail_serve")]

handler400 = "cms.core.views.bad_request"
handler403 = "cms.core.views.permission_denied"
handler404 = "cms.core.views.page_not_found"
handler500 = "cms.core.views.server_error"
