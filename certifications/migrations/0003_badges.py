"""The keys that sign badges, and what holders want in theirs: rows that are never changed, but gone with their person."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certifications', '0002_frozen'),
    ]

    operations = [
        migrations.CreateModel(
            name='BadgeKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kid', models.CharField(max_length=43, unique=True, verbose_name='empreinte (RFC 7638)')),
                ('jwk', models.JSONField()),
                ('first_used_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='sert depuis')),
                ('retired_at', models.DateTimeField(null=True, verbose_name='remplacée')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='répudiée')),
            ],
            options={
                'verbose_name': 'clé des badges',
                'verbose_name_plural': 'clés des badges',
                'ordering': ['-first_used_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='BadgeChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shows_name', models.BooleanField(default=False, verbose_name='écrire mon nom dans mon badge')),
                ('email', models.EmailField(max_length=254)),
                ('salt', models.CharField(max_length=32)),
                ('chosen_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('credential', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='badge_choices', to='certifications.credential')),
            ],
            options={
                'verbose_name': 'choix pour un badge',
                'verbose_name_plural': 'choix pour un badge',
                'ordering': ['-pk'],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER badgechoice_frozen BEFORE UPDATE ON certifications_badgechoice "
            "FOR EACH ROW EXECUTE FUNCTION row_is_frozen();",
            "DROP TRIGGER badgechoice_frozen ON certifications_badgechoice;",
        ),
    ]
