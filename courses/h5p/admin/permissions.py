"""Who may: a permission for each room, and whoever has it does everything there."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from courses.h5p.models import Content, Forwarding, Library


class OnePermissionPolicy(ModelPermissionPolicy):
    """Whatever is done to the model asks for the same permission."""

    def __init__(self, model: Any, action: str) -> None:
        super().__init__(model)
        self.action = action

    def user_has_permission(self, user: Any, action: str) -> bool:
        return super().user_has_permission(user, self.action)

    def users_with_any_permission(self, actions: Any) -> Any:
        return super().users_with_any_permission([self.action])


class AdministratorsPolicy(ModelPermissionPolicy):
    """Administrators of the site and nobody else, whatever is granted to a group."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return user.is_active and user.is_superuser

    def users_with_any_permission(self, actions: Any) -> QuerySet[Any]:
        return get_user_model().objects.filter(is_active=True, is_superuser=True)


may_upload = OnePermissionPolicy(Content, "upload")
may_install = OnePermissionPolicy(Library, "install")
may_forward = AdministratorsPolicy(Forwarding)
