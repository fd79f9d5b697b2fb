"""The site as it is, and beside it a page for any H5P content: what a content does is tried without a course around."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import path

from cms import urls
from cms.accounts.door import sign_in_required
from courses.h5p.models import Content, Registration
from courses.h5p.player import play, receive_state, receive_statements
from courses.h5p.services.registrations import open_registration

PLACE = "essai"
PAGE = """{% extends "base.html" %}
{% load h5p_activity %}
{% block title %}{{ content.title }}{% endblock %}
{% block main %}
  <h1>{{ content.title }}</h1>
  {% activity content=content src=src results=results state=state %}
  <p><a href="/">Ailleurs</a></p>
{% endblock %}"""


@sign_in_required
def activity(request: HttpRequest, key: int) -> HttpResponse:
    content = get_object_or_404(Content, pk=key)
    addresses = {name: f"{request.path}{name}/" for name in ("document", "resultats", "etat")}
    context = {"content": content, "src": addresses["document"]}
    if "apercu" not in request.GET:
        context |= {"results": addresses["resultats"], "state": addresses["etat"]}
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


@sign_in_required
def document(request: HttpRequest, key: int) -> HttpResponse:
    content = get_object_or_404(Content, pk=key)
    return play(request, open_registration(person=request.user, content=content, context=PLACE))


def results(request: HttpRequest, key: int) -> HttpResponse:
    return receive_statements(request, registration(request, key))


def state(request: HttpRequest, key: int) -> HttpResponse:
    return receive_state(request, registration(request, key))


def registration(request: HttpRequest, key: int) -> Registration | None:
    if not request.user.is_authenticated:
        return None
    return Registration.objects.of(request.user).filter(content=key, context=PLACE).first()


urlpatterns = [
    path("essais/h5p/<int:key>/", activity),
    path("essais/h5p/<int:key>/document/", document),
    path("essais/h5p/<int:key>/resultats/", results),
    path("essais/h5p/<int:key>/etat/", state),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
