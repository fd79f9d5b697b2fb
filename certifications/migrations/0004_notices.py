import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certifications', '0003_badges'),
        ('courses', '0006_completion_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CredentialNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ends_on', models.DateField()),
                ('threshold', models.SmallIntegerField(choices=[(90, '90 jours avant la fin'), (30, '30 jours avant la fin'), (7, '7 jours avant la fin'), (-1, 'Le lendemain de la fin')])),
                ('told_on', models.DateField(null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': "rappel d'échéance",
                'verbose_name_plural': "rappels d'échéance",
            },
        ),
        migrations.AddIndex(
            model_name='credential',
            index=models.Index(fields=['-issued_at', '-id'], name='credential_by_issue'),
        ),
        migrations.AddField(
            model_name='credentialnotice',
            name='credential',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='certifications.credential'),
        ),
        migrations.AddField(
            model_name='credentialnotice',
            name='reader',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='credentialnotice',
            index=models.Index(fields=['reader', 'told_on'], name='credential_notice_by_day'),
        ),
        migrations.AddConstraint(
            model_name='credentialnotice',
            constraint=models.UniqueConstraint(fields=('credential', 'reader', 'ends_on', 'threshold'), name='credential_notice_once'),
        ),
    ]
