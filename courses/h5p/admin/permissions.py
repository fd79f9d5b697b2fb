"""Two permissions, one for each room: whoever has it does everything there."""

from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy

from courses.h5p.models import Content, Library


class OnePermissionPolicy(ModelPermissionPolicy):
    """Whatever is done to the model asks for the same permission."""

    def __init__(self, model: Any, action: str) -> None:
        super().__init__(model)
        self.action = action

    def user_has_permission(self, user: Any, action: str) -> bool:
        return super().user_has_permission(user, self.action)

    def users_with_any_permission(self, actions: Any) -> Any:
        return super().users_with_any_permission([self.action])


may_upload = OnePermissionPolicy(Content, "upload")
may_install = OnePermissionPolicy(Library, "install")
