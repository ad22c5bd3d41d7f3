import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_cache_table'),
        ('editorial', '0003_wanted_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='post',
            name='changed_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='changed'),
        ),
        migrations.AddField(
            model_name='post',
            name='changed_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='post',
            name='theme',
            field=models.CharField(blank=True, max_length=60, verbose_name='campaign or theme'),
        ),
        migrations.AlterField(
            model_name='post',
            name='base_text',
            field=models.TextField(blank=True, verbose_name='text'),
        ),
        migrations.CreateModel(
            name='Idea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('what', models.TextField(verbose_name='what')),
                ('why_now', models.TextField(blank=True, verbose_name='why now')),
                ('link', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('ask_whom', models.CharField(blank=True, max_length=200, verbose_name='whom to ask')),
                ('original_sha', models.CharField(blank=True, editable=False, max_length=64)),
                ('clean_sha', models.CharField(blank=True, editable=False, max_length=64)),
                ('content_type', models.CharField(blank=True, editable=False, max_length=20)),
                ('giver_name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('receipt_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('state', models.CharField(choices=[('new', 'new'), ('taken', 'taken'), ('parked', 'parked'), ('declined', 'declined'), ('used', 'became a post')], db_index=True, default='new', editable=False, max_length=8, verbose_name='state')),
                ('reason', models.TextField(blank=True, editable=False, verbose_name='reason')),
                ('given_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ideas', to=settings.AUTH_USER_MODEL, verbose_name='given by')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ideas', to='editorial.team', verbose_name='team')),
                ('tended_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='tended by')),
            ],
            options={
                'verbose_name': 'idea',
                'verbose_name_plural': 'ideas',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='post',
            name='idea',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='editorial.idea', verbose_name='idea'),
        ),
        migrations.CreateModel(
            name='Material',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('press_release', 'press release'), ('news_page', 'news page'), ('report', 'report'), ('film', 'film'), ('earlier_post', 'earlier post'), ('other', 'other')], max_length=13, verbose_name='kind')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='address')),
                ('reference', models.CharField(blank=True, help_text="Where it is kept when it has no address, such as the registry's number.", max_length=200, verbose_name='reference')),
                ('text', models.TextField(blank=True, help_text='What a post would start from.', verbose_name='text')),
                ('made_on', models.DateField(blank=True, null=True, verbose_name='made on')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('earlier_post', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='as_material', to='editorial.post', verbose_name='earlier post')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='materials', to='core.unit', verbose_name='made by the unit')),
            ],
            options={
                'verbose_name': 'material',
                'verbose_name_plural': 'materials',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PostMaterial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('material', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='editorial.material', verbose_name='material')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='editorial.post')),
            ],
            options={
                'verbose_name': 'material of a post',
                'verbose_name_plural': 'materials of posts',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='PostWriter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='writers', to='editorial.post')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'writer of a post',
                'verbose_name_plural': 'writers of posts',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField(verbose_name='until')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='editorial.post')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'presence',
                'verbose_name_plural': 'presences',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='TipForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('address_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('state', models.CharField(choices=[('open', 'open'), ('shut', 'closed')], default='open', editable=False, max_length=4, verbose_name='state')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by')),
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='tip_form', to='editorial.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'tip form',
                'verbose_name_plural': 'tip forms',
                'ordering': ['team__name'],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('due_at', models.DateTimeField(verbose_name='to be done by')),
                ('state', models.CharField(choices=[('open', 'to be followed up'), ('settled', 'followed up'), ('no_answers', 'nobody answered')], default='open', editable=False, max_length=10, verbose_name='state')),
                ('outcome', models.TextField(blank=True, editable=False, verbose_name='what came out of it')),
                ('settled_at', models.DateTimeField(editable=False, null=True, verbose_name='settled')),
                ('post', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='follow_up', to='editorial.post', verbose_name='post')),
                ('settled_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='settled by')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'ordering': ['due_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['due_at'], name='editorial_follow_up_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'settled'), _negated=True), models.Q(('outcome', ''), _negated=True), _connector='OR'), name='editorial_followed_up_says_what')],
            },
        ),
        migrations.AddConstraint(
            model_name='idea',
            constraint=models.UniqueConstraint(condition=models.Q(('receipt_hash', ''), _negated=True), fields=('receipt_hash',), name='editorial_receipt_once'),
        ),
        migrations.AddConstraint(
            model_name='idea',
            constraint=models.CheckConstraint(condition=models.Q(('given_by__isnull', False), models.Q(('receipt_hash', ''), _negated=True), _connector='OR'), name='editorial_idea_giver_hears'),
        ),
        migrations.AddConstraint(
            model_name='material',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('url', ''), _negated=True), models.Q(('reference', ''), _negated=True), ('earlier_post__isnull', False), _connector='OR'), name='editorial_material_has_source', violation_error_message='Say where it comes from: an address or a reference.'),
        ),
        migrations.AddConstraint(
            model_name='postmaterial',
            constraint=models.UniqueConstraint(fields=('post', 'material'), name='editorial_material_once'),
        ),
        migrations.AddConstraint(
            model_name='postwriter',
            constraint=models.UniqueConstraint(fields=('post', 'user'), name='editorial_writer_once'),
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=models.UniqueConstraint(fields=('post', 'user'), name='editorial_presence_once'),
        ),
    ]
