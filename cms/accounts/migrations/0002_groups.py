"""The two groups of the house, with what they may do in the admin and on every page."""

from django.db import migrations

from cms.accounts.enums import COORDINATION, TRAINERS
from cms.accounts.grants import EVERYTHING, grant, permissions

ON_PAGES = ["add_page", "change_page", "publish_page"]
ON_FILES = {
    "image": ["add_image", "change_image", "choose_image"],
    "document": ["add_document", "change_document", "choose_document"],
}


def create_groups(apps, schema_editor):
    group_model = apps.get_model("auth", "Group")
    # Wagtail's own: their names say nothing here.
    group_model.objects.filter(name__in=["Moderators", "Editors"]).delete()
    root_page = apps.get_model("wagtailcore", "Page").objects.get(depth=1)
    root_collection = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    page_permission = apps.get_model("wagtailcore", "GroupPagePermission")
    collection_permission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    for name in (TRAINERS, COORDINATION):
        group, _created = group_model.objects.get_or_create(name=name)
        grant(apps, name, "wagtailadmin.admin", "access")
        for permission in permissions(apps, "wagtailcore", "page", ON_PAGES):
            page_permission.objects.get_or_create(group=group, page=root_page, permission=permission)
        for model, codenames in ON_FILES.items():
            for permission in permissions(apps, "core", model, codenames):
                collection_permission.objects.get_or_create(
                    group=group, collection=root_collection, permission=permission
                )
    grant(apps, COORDINATION, "accounts.organisation", *EVERYTHING)
    grant(apps, COORDINATION, "accounts.membership", *EVERYTHING)
    grant(apps, COORDINATION, "accounts.invitation", *EVERYTHING)
    grant(apps, COORDINATION, "accounts.user", "view")


def delete_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=[TRAINERS, COORDINATION]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("core", "0002_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
    ]
    operations = [migrations.RunPython(create_groups, delete_groups)]
