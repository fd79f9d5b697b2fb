
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coordination', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CredentialJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('renewal', 'Inscription au renouvellement'), ('archive', 'Attestations en PDF')], max_length=10)),
                ('form_key', models.UUIDField(null=True)),
                ('filters', models.JSONField(default=dict)),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('total', models.PositiveIntegerField()),
                ('done', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('running', 'En cours'), ('done', 'Terminé'), ('failed', 'Interrompu')], default='running', max_length=10)),
                ('report', models.JSONField(default=dict)),
                ('file', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('moved_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'travail sur des attestations',
                'verbose_name_plural': 'travaux sur des attestations',
                'indexes': [models.Index(fields=['created_at'], name='credential_job_by_age')],
                'constraints': [models.UniqueConstraint(fields=('author', 'form_key'), name='credential_job_asked_once'), models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='credential_job_within')],
            },
        ),
    ]
