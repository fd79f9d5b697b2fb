"""What every page, picture, document and deferred effect of the site is made of."""

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from taggit.managers import TaggableManager
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage
from wagtail.models import Page, PageViewRestriction


class Crumb(NamedTuple):
    title: str
    url: str


class BasePage(Page):
    """Every page of the site.

    Who may read a page is decided by its kind (`is_visible_to`), never by Wagtail's view restrictions:
    one rule, no query.
    """

    private_page_options: list[str] = []
    is_public = False

    # `view(request, page)` by dotted path: a page is content, what its screen shows is gathered above the models.
    view = ""

    # What the search calls this kind of page; empty: the search leaves it out.
    search_kind = ""

    class Meta:
        abstract = True

    def is_visible_to(self, user: Any) -> bool:
        return self.is_public or bool(user.is_authenticated)

    @cached_property
    def breadcrumb(self) -> list[Crumb]:
        """The pages between the home page and this one, then this one without an address; one query."""
        paths = [self.path[:length] for length in range(2 * self.steplen, len(self.path), self.steplen)]
        above = list(Page.objects.filter(path__in=paths).order_by("path").values_list("title", "url_path"))
        root = len(above[0][1]) - 1 if above else 0
        return [*(Crumb(title, path[root:]) for title, path in above[1:]), Crumb(self.title, "")]

    @property
    def listing_note(self) -> str:
        """What a list says under the title of this page."""
        return ""

    def get_view_restrictions(self) -> models.QuerySet[PageViewRestriction]:
        return PageViewRestriction.objects.none()

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_visible_to(getattr(request, "user", AnonymousUser())):
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        if self.view:
            return import_string(self.view)(request, self)
        return super().serve(request, *args, **kwargs)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """A draft is seen through the view of its page, which may look at `request.is_preview`."""
        if not self.view:
            return super().serve_preview(request, mode_name)
        request.is_preview = True  # type: ignore[attr-defined]
        return import_string(self.view)(request, self)


class Image(AbstractImage):
    # Declared again for their reverse names only, which clash with those of Wagtail's own Image.
    tags = TaggableManager(verbose_name="mots-clés", blank=True, related_name="core_images")
    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="core_images",
    )
    credit = models.CharField("crédit", max_length=255, blank=True)

    admin_form_fields = (*WagtailImage.admin_form_fields, "credit")

    class Meta(AbstractImage.Meta):
        verbose_name = "image"
        permissions = [("choose_image", "Peut choisir une image")]


class Rendition(AbstractRendition):
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class Document(AbstractDocument):
    tags = TaggableManager(verbose_name="mots-clés", blank=True, related_name="core_documents")
    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="core_documents",
    )

    admin_form_fields = WagtailDocument.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = "document"
        permissions = [("choose_document", "Peut choisir un document")]


class OutboxMessage(models.Model):
    """An effect to have after the commit (a mail, a computation), stored in the transaction that wants it."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=255, unique=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    available_at = models.DateTimeField(default=timezone.now, db_default=Now())
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = "envoi différé"
        verbose_name_plural = "envois différés"
        indexes = [models.Index(fields=["available_at"], condition=models.Q(done_at=None), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Stamp(models.Model):
    """A counter that moves, by database triggers, each time the named set of facts changes.

    Figures computed from these facts are kept as long as the stamp stands still.
    """

    name = models.CharField(max_length=40, primary_key=True)
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.number}"
