"""Wagtail's own application of users, told which screens to show for ours."""

from wagtail.users.apps import WagtailUsersAppConfig


class PeopleUsersConfig(WagtailUsersAppConfig):
    user_viewset = "cms.accounts.viewsets.PersonViewSet"
