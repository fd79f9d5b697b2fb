import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certifications', '0005_external_training'),
        ('training_sessions', '0003_grants'),
    ]

    operations = [
        migrations.AddField(
            model_name='credential',
            name='session',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credentials', to='training_sessions.trainingsession'),
        ),
        migrations.AlterField(
            model_name='credentialdefinition',
            name='path',
            field=models.CharField(choices=[('any', 'Chacune de ces formations y mène'), ('all', "C'est un parcours : il faut les avoir toutes terminées"), ('session', 'Chaque séance en salle de ces formations y mène')], default='any', max_length=10, verbose_name='ce qui y mène'),
        ),
        migrations.AddConstraint(
            model_name='credential',
            constraint=models.UniqueConstraint(condition=models.Q(('supersedes', None)), fields=('session', 'person', 'definition'), name='credential_once_per_session'),
        ),
        migrations.AddConstraint(
            model_name='credential',
            constraint=models.CheckConstraint(condition=models.Q(('session', None), ('enrolment', None), _connector='OR'), name='credential_earned_by_one'),
        ),
    ]
