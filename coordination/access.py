"""Who may open /pilotage/."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from cms.accounts.door import to_the_door
from cms.accounts.models import User

View = Callable[..., HttpResponseBase]


class SignedRequest(HttpRequest):
    """A request from someone who may be here."""

    user: User


def pilotage_required(view: View) -> View:
    """To the door for who is not signed in; for who has no pilotage, there is nothing here (404)."""
    return _required(view, lambda user: user.has_pilotage)


def coordination_required(view: View) -> View:
    """The same, for what leads may not see of their own people."""
    return _required(view, lambda user: user.sees_everyone)


def administration_required(view: View) -> View:
    """What is done once and not undone, for the administration alone."""
    return _required(view, lambda user: user.is_superuser)


def _required(view: View, may: Callable[[User], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if not user.is_authenticated:
            return to_the_door(request)
        if not may(user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
