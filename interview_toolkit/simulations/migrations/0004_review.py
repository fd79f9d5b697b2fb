"""A simulation may be reread by trainers before it is published; trainers still publish directly."""

import django.db.models.deletion
from django.db import migrations, models

from cms.accounts.enums import TRAINERS

WORKFLOW = "Relecture des simulations"


def make(apps, schema_editor):
    workflow_model = apps.get_model("wagtailcore", "Workflow")
    content_type = apps.get_model("contenttypes", "ContentType")
    kind, _created = content_type.objects.get_or_create(app_label="simulations", model="scenarioreview")
    task = apps.get_model("simulations", "ScenarioReview").objects.create(name=WORKFLOW, content_type=kind, active=True)
    task.groups.set(apps.get_model("auth", "Group").objects.filter(name=TRAINERS))
    workflow = workflow_model.objects.create(name=WORKFLOW, active=True)
    apps.get_model("wagtailcore", "WorkflowTask").objects.create(workflow=workflow, task_id=task.pk, sort_order=0)
    for index in apps.get_model("simulations", "ScenarioIndexPage").objects.all():
        apps.get_model("wagtailcore", "WorkflowPage").objects.get_or_create(
            page_id=index.pk, defaults={"workflow": workflow}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("simulations", "0003_shape"),
        ("practices", "0002_workflow"),  # it puts away the workflows it finds
        ("accounts", "0002_groups"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]
    operations = [
        migrations.CreateModel(
            name="ScenarioReview",
            fields=[
                (
                    "groupapprovaltask_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.groupapprovaltask",
                    ),
                ),
            ],
            options={
                "verbose_name": "relecture d'une simulation",
                "verbose_name_plural": "relectures de simulations",
            },
            bases=("wagtailcore.groupapprovaltask",),
        ),
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
