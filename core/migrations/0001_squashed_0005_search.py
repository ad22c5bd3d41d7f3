import datetime
import django.db.models.deletion
import uuid
from importlib import import_module
from django.conf import settings
from django.db import migrations, models

from core.migrating import CreateModels

cache_table = import_module("core.migrations.0002_cache_table")
search = import_module("core.migrations.0005_search")


class Migration(migrations.Migration):

    replaces = [('core', '0001_initial'), ('core', '0002_cache_table'), ('core', '0003_logins_end_with_roles'), ('core', '0004_notice_settings'), ('core', '0005_search')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Pulse',
                fields=[
                    ('job', models.CharField(max_length=60, primary_key=True, serialize=False, verbose_name='job')),
                    ('at', models.DateTimeField(verbose_name='last round')),
                    ('report', models.CharField(blank=True, max_length=200, verbose_name='report')),
                    ('failed_at', models.DateTimeField(null=True, verbose_name='last failure')),
                    ('error', models.TextField(blank=True, verbose_name='last error')),
                ],
                options={
                    'verbose_name': 'pulse',
                    'verbose_name_plural': 'pulses',
                    'ordering': ['job'],
                },
            ),
            migrations.CreateModel(
                name='Seal',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('prev', models.CharField(editable=False, max_length=64, unique=True, verbose_name='hash of the seal before')),
                    ('digest', models.CharField(editable=False, max_length=64, verbose_name='digest of the events')),
                    ('hash', models.CharField(editable=False, max_length=64, unique=True, verbose_name='hash')),
                    ('event_count', models.PositiveIntegerField(editable=False, verbose_name='events')),
                    ('sealed_at', models.DateTimeField(editable=False, verbose_name='sealed')),
                ],
                options={
                    'verbose_name': 'seal',
                    'verbose_name_plural': 'seals',
                    'ordering': ['-id'],
                },
            ),
            migrations.CreateModel(
                name='Rung',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ladder', models.CharField(max_length=40, verbose_name='ladder')),
                    ('object_id', models.BigIntegerField(verbose_name='object number')),
                    ('step', models.CharField(max_length=40, verbose_name='step')),
                    ('due_at', models.DateTimeField(verbose_name='due')),
                    ('try_at', models.DateTimeField(editable=False)),
                    ('told_at', models.DateTimeField(editable=False, null=True, verbose_name='told')),
                    ('cancelled_at', models.DateTimeField(editable=False, null=True, verbose_name='cancelled')),
                    ('claim', models.UUIDField(editable=False, null=True)),
                    ('failures', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='failures')),
                    ('error', models.TextField(blank=True, editable=False, verbose_name='last error')),
                ],
                options={
                    'verbose_name': 'rung',
                    'verbose_name_plural': 'rungs',
                    'ordering': ['due_at'],
                    'indexes': [models.Index(condition=models.Q(('cancelled_at', None), ('told_at', None)), fields=['try_at'], name='core_rung_open'), models.Index(condition=models.Q(('claim__isnull', False)), fields=['claim'], name='core_rung_claim')],
                    'constraints': [models.UniqueConstraint(fields=('ladder', 'object_id', 'step'), name='core_rung_once'), models.CheckConstraint(condition=models.Q(('told_at', None), ('cancelled_at', None), _connector='OR'), name='core_rung_told_or_cancelled')],
                },
            ),
            migrations.CreateModel(
                name='SearchEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=20, verbose_name='kind')),
                    ('object_id', models.BigIntegerField(verbose_name='object number')),
                    ('title', models.TextField(verbose_name='title')),
                    ('body', models.TextField(verbose_name='text')),
                    ('scope', models.CharField(max_length=200)),
                ],
                options={
                    'verbose_name': 'search entry',
                    'verbose_name_plural': 'search entries',
                    'constraints': [models.UniqueConstraint(fields=('kind', 'object_id'), name='core_search_once')],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                    ('mailbox', models.CharField(editable=False, max_length=254, unique=True)),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('language', models.CharField(choices=[('sv', 'Swedish'), ('en', 'English')], default='sv', max_length=2, verbose_name='language')),
                    ('is_web_strategist', models.BooleanField(default=False, verbose_name='web strategist')),
                    ('is_records_officer', models.BooleanField(default=False, verbose_name='records officer')),
                    ('is_staff', models.BooleanField(default=False, verbose_name='administrator')),
                    ('is_active', models.BooleanField(default=True, verbose_name='active')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ('session_round', models.PositiveIntegerField(default=0, editable=False)),
                ],
                options={
                    'verbose_name': 'user',
                    'verbose_name_plural': 'users',
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='Unit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                    ('communications_chief', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='communications chief')),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='core.unit', verbose_name='belongs to')),
                    ('responsible_chief', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='responsible chief')),
                ],
                options={
                    'verbose_name': 'unit',
                    'verbose_name_plural': 'units',
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(editable=False, max_length=120)),
                    ('about_type', models.CharField(blank=True, max_length=60)),
                    ('about_id', models.BigIntegerField(null=True)),
                    ('subject', models.CharField(max_length=200, verbose_name='subject')),
                    ('body', models.TextField(verbose_name='text')),
                    ('url', models.CharField(max_length=300, verbose_name='leads to')),
                    ('why', models.CharField(max_length=200, verbose_name='why you get this')),
                    ('urgent', models.BooleanField(default=False, verbose_name='urgent')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('read_at', models.DateTimeField(null=True, verbose_name='read')),
                    ('message_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('email_state', models.CharField(choices=[('pending', 'waits'), ('sending', 'being sent'), ('sent', 'sent'), ('refused', 'refused by the mail server'), ('moot', 'not needed any more'), ('digest', 'waits for the digest'), ('page', 'only on the page')], default='pending', editable=False, max_length=8, verbose_name='e-mail')),
                    ('try_at', models.DateTimeField(editable=False)),
                    ('sent_at', models.DateTimeField(editable=False, null=True, verbose_name='sent')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='attempts')),
                    ('error', models.TextField(blank=True, editable=False, verbose_name='last error')),
                    ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL, verbose_name='to')),
                ],
                options={
                    'verbose_name': 'notice',
                    'verbose_name_plural': 'notices',
                    'ordering': ['-id'],
                    'indexes': [models.Index(condition=models.Q(('email_state__in', ['pending', 'sending'])), fields=['try_at'], name='core_notice_unsent'), models.Index(condition=models.Q(('read_at', None)), fields=['recipient'], name='core_notice_unread'), models.Index(fields=['about_type', 'about_id'], name='core_notice_about'), models.Index(condition=models.Q(('email_state', 'digest')), fields=['try_at'], name='core_notice_digest')],
                    'constraints': [models.UniqueConstraint(fields=('recipient', 'key'), name='core_notice_once')],
                },
            ),
            migrations.CreateModel(
                name='Event',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                    ('kind', models.CharField(max_length=60, verbose_name='what')),
                    ('about_type', models.CharField(max_length=60, verbose_name='kind of object')),
                    ('about_id', models.BigIntegerField(verbose_name='object number')),
                    ('about_label', models.CharField(max_length=200, verbose_name='about')),
                    ('actor_name', models.CharField(blank=True, max_length=120, verbose_name='who, as named then')),
                    ('note', models.TextField(blank=True, verbose_name='note')),
                    ('data', models.JSONField(default=dict, verbose_name='facts')),
                    ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                    ('seal', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='core.seal')),
                ],
                options={
                    'verbose_name': 'event',
                    'verbose_name_plural': 'trail',
                    'ordering': ['-id'],
                    'indexes': [models.Index(fields=['about_type', 'about_id', 'id'], name='core_event_about'), models.Index(condition=models.Q(('seal', None)), fields=['id'], name='core_event_unsealed')],
                },
            ),
            migrations.CreateModel(
                name='NoticeSettings',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ways', models.JSONField(blank=True, default=dict)),
                    ('digest_at', models.TimeField(default=datetime.time(8, 0), verbose_name='the digest comes at')),
                    ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='no e-mail from')),
                    ('quiet_to', models.TimeField(blank=True, null=True, verbose_name='no e-mail until')),
                    ('weekly_report', models.BooleanField(default=False, verbose_name="the week's follow-up every Monday")),
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notice_settings', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ],
                options={
                    'verbose_name': 'settings for notices',
                    'verbose_name_plural': 'settings for notices',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_to', None)), models.Q(('quiet_from__isnull', False), ('quiet_to__isnull', False)), _connector='OR'), name='core_quiet_has_both_ends')],
                },
            ),
        ]),
        migrations.AddField(
            model_name='User',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='core.unit', verbose_name='unit'),
        ),
        # When the replaced migrations go, their functions move here.
        migrations.RunPython(cache_table.create, migrations.RunPython.noop),
        migrations.RunPython(search.index, search.drop),
    ]
