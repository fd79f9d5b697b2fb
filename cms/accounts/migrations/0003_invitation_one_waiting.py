from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_groups")]
    operations = [
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at", None)),
                fields=("email", "organisation"),
                name="invitation_one_waiting",
                violation_error_message="Cette personne est déjà invitée dans cette structure.",
            ),
        )
    ]
