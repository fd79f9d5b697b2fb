"""What the room of H5P adds to the admin."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup

from courses.h5p.admin import history
from courses.h5p.admin.authoring import authoring
from courses.h5p.admin.contents import ContentViewSet, content_chooser
from courses.h5p.admin.forwarding import ForwardingViewSet
from courses.h5p.admin.libraries import LibraryViewSet
from courses.h5p.admin.panels import panels_for
from courses.h5p.admin.uploads import UploadViewSet


class H5PGroup(ViewSetGroup):
    menu_label = "Contenus H5P"
    menu_icon = "media"
    menu_order = 220
    items = (ContentViewSet, UploadViewSet, LibraryViewSet, ForwardingViewSet)


@hooks.register("register_admin_viewset")
def h5p() -> list[Any]:
    return [H5PGroup(), authoring, content_chooser]


@hooks.register("construct_homepage_panels")
def what_waits(request: HttpRequest, panels: list[Any]) -> None:
    panels.extend(panels_for(request.user))


@hooks.register("register_log_actions")
def what_happened(actions: Any) -> None:
    history.register(actions)


@hooks.register("insert_global_admin_css")
def colours() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/h5p-admin.css"))
