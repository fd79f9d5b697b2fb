"""What professionals propose is reread by trainers or the coordination; nothing else is.

Wagtail's own workflow, made for every page by its first migrations, is put away: trainers publish what they write.
"""

from django.db import migrations

from cms.accounts.enums import COORDINATION, TRAINERS
from interview_toolkit.practices.models import WORKFLOW


def make(apps, schema_editor):
    workflow_model = apps.get_model("wagtailcore", "Workflow")
    task_model = apps.get_model("wagtailcore", "GroupApprovalTask")
    content_type = apps.get_model("contenttypes", "ContentType")
    apps.get_model("wagtailcore", "WorkflowPage").objects.all().delete()
    workflow_model.objects.exclude(name=WORKFLOW).update(active=False)
    kind, _created = content_type.objects.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
    task = task_model.objects.create(name=WORKFLOW, content_type=kind, active=True)
    task.groups.set(apps.get_model("auth", "Group").objects.filter(name__in=[TRAINERS, COORDINATION]))
    workflow = workflow_model.objects.create(name=WORKFLOW, active=True)
    apps.get_model("wagtailcore", "WorkflowTask").objects.create(workflow=workflow, task=task, sort_order=0)


class Migration(migrations.Migration):
    dependencies = [
        ("practices", "0001_initial"),
        ("accounts", "0002_groups"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
