import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models

from core.migrating import CreateModels


class Migration(migrations.Migration):

    replaces = [('consent', '0001_pictures_and_consent'), ('consent', '0002_requests_letters_and_places')]

    initial = True

    dependencies = [
        ('core', '0001_squashed_0005_search'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Person',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('born_on', models.DateField(blank=True, help_text='Needed for children. Empty means grown up.', null=True, verbose_name='date of birth')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                    ('is_protected', models.BooleanField(default=False, help_text='Blocks every picture; no reason is ever shown.', verbose_name='must not be shown')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.unit', verbose_name='kept by')),
                    ('erased_at', models.DateTimeField(editable=False, null=True, verbose_name='erased')),
                ],
                options={
                    'verbose_name': 'person',
                    'verbose_name_plural': 'people',
                    'ordering': ['name', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='Picture',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('title', models.CharField(help_text='What is in it, when and where.', max_length=120, verbose_name='title')),
                    ('alt_text', models.CharField(blank=True, help_text='What somebody who cannot see it needs to know. Without it the picture cannot be used.', max_length=500, verbose_name='alternative text')),
                    ('source', models.CharField(choices=[('own', 'our own'), ('media_bank', "the city's media bank"), ('other', "somebody else's")], default='own', max_length=10, verbose_name='source')),
                    ('reference', models.CharField(blank=True, help_text='The number in the media bank or picture agency.', max_length=200, verbose_name='reference')),
                    ('credit', models.CharField(blank=True, max_length=120, verbose_name='taken by')),
                    ('state', models.CharField(choices=[('not_looked', 'not looked at'), ('none', 'nobody in it'), ('listed', 'people listed')], db_index=True, default='not_looked', editable=False, max_length=10, verbose_name='people in it')),
                    ('sha', models.CharField(editable=False, max_length=64, verbose_name='hash')),
                    ('clean_sha', models.CharField(editable=False, max_length=64)),
                    ('thumb_sha', models.CharField(editable=False, max_length=64)),
                    ('content_type', models.CharField(editable=False, max_length=20, verbose_name='type')),
                    ('width', models.PositiveIntegerField(editable=False, verbose_name='width')),
                    ('height', models.PositiveIntegerField(editable=False, verbose_name='height')),
                    ('size', models.PositiveIntegerField(editable=False, verbose_name='bytes')),
                    ('added_at', models.DateTimeField(editable=False, verbose_name='added')),
                    ('added_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pictures', to='core.unit', verbose_name='unit')),
                    ('blurred_sha', models.CharField(blank=True, editable=False, max_length=64)),
                    ('blurred_thumb_sha', models.CharField(blank=True, editable=False, max_length=64)),
                    ('licence', models.CharField(blank=True, help_text='What the photographer lets us do. It says nothing of the people in it.', max_length=200, verbose_name='licence')),
                    ('look', models.CharField(blank=True, editable=False, max_length=16)),
                    ('taken_at', models.CharField(blank=True, help_text='The place. It is never published.', max_length=120, verbose_name='taken at')),
                    ('taken_on', models.DateField(blank=True, null=True, verbose_name='taken on')),
                ],
                options={
                    'verbose_name': 'picture',
                    'verbose_name_plural': 'pictures',
                    'ordering': ['-id'],
                    'indexes': [models.Index(fields=['unit', '-id'], name='consent_picture_of_unit'), models.Index(django.db.models.functions.text.Substr('look', 1, 4), name='consent_picture_look_1'), models.Index(django.db.models.functions.text.Substr('look', 5, 4), name='consent_picture_look_5'), models.Index(django.db.models.functions.text.Substr('look', 9, 4), name='consent_picture_look_9'), models.Index(django.db.models.functions.text.Substr('look', 13, 4), name='consent_picture_look_13')],
                    'constraints': [models.UniqueConstraint(fields=('unit', 'sha'), name='consent_picture_once', violation_error_message='The unit has this picture already.'), models.CheckConstraint(condition=models.Q(models.Q(('source', 'media_bank'), _negated=True), models.Q(('reference', ''), _negated=True), _connector='OR'), name='consent_media_bank_has_reference', violation_error_message="Give the media bank's number.")],
                },
            ),
            migrations.CreateModel(
                name='NoticeText',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(help_text='Its code, such as sv, en, fi or ar.', max_length=8, verbose_name='language')),
                    ('language_name', models.CharField(help_text='Such as svenska or suomi.', max_length=40, verbose_name='what the language calls itself')),
                    ('number', models.PositiveIntegerField(editable=False, verbose_name='version')),
                    ('why', models.TextField(verbose_name='why we ask')),
                    ('rights', models.TextField(verbose_name='what the person may do')),
                    ('contact', models.TextField(verbose_name='where to turn')),
                    ('yes', models.CharField(max_length=60, verbose_name='button for yes')),
                    ('no', models.CharField(max_length=60, verbose_name='button for no')),
                    ('some', models.CharField(max_length=60, verbose_name='button for some channels')),
                    ('withdraw', models.CharField(max_length=60, verbose_name='button for taking it back')),
                    ('sha', models.CharField(editable=False, max_length=64, verbose_name='hash')),
                    ('made_at', models.DateTimeField(editable=False, verbose_name='made')),
                    ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ],
                options={
                    'verbose_name': 'information text',
                    'verbose_name_plural': 'information texts',
                    'ordering': ['language', '-number'],
                    'constraints': [models.UniqueConstraint(fields=('language', 'number'), name='consent_text_once')],
                },
            ),
            migrations.CreateModel(
                name='Guardianship',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('child', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guardianships', to='consent.person', verbose_name='child')),
                    ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guards', to='consent.person', verbose_name='guardian')),
                ],
                options={
                    'verbose_name': 'guardianship',
                    'verbose_name_plural': 'guardianships',
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(fields=('child', 'guardian'), name='consent_guardian_once'), models.CheckConstraint(condition=models.Q(('child', models.F('guardian')), _negated=True), name='consent_guardian_is_another')],
                },
            ),
            migrations.CreateModel(
                name='MediaBankCheck',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('noted_at', models.DateTimeField(verbose_name='noted')),
                    ('says', models.CharField(choices=[('yes', 'consent exists'), ('no', 'no consent'), ('unclear', 'unclear')], max_length=8, verbose_name='the media bank says')),
                    ('until', models.DateField(blank=True, null=True, verbose_name='until and including')),
                    ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='noted by')),
                    ('picture', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bank_checks', to='consent.picture', verbose_name='picture')),
                ],
                options={
                    'verbose_name': 'look in the media bank',
                    'verbose_name_plural': 'looks in the media bank',
                    'ordering': ['pk'],
                },
            ),
            migrations.CreateModel(
                name='LegalBasis',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('noted_at', models.DateTimeField(verbose_name='noted')),
                    ('basis', models.CharField(choices=[('consent', 'consent'), ('public_interest', 'public interest'), ('agreement', 'agreement'), ('stock', 'agency picture with a release'), ('no_person', 'nobody in it')], max_length=16, verbose_name='legal basis')),
                    ('motive', models.CharField(max_length=500, verbose_name='why')),
                    ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='noted by')),
                    ('picture', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bases', to='consent.picture', verbose_name='picture')),
                ],
                options={
                    'verbose_name': 'legal basis',
                    'verbose_name_plural': 'legal bases',
                    'ordering': ['pk'],
                },
            ),
            migrations.CreateModel(
                name='Appearance',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('place', models.CharField(help_text='For example: to the left, red jacket.', max_length=120, verbose_name='where in the picture')),
                    ('is_identifiable', models.BooleanField(default=True, verbose_name='can be recognised')),
                    ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appearances', to='consent.person', verbose_name='person')),
                    ('picture', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appearances', to='consent.picture')),
                    ('height', models.PositiveSmallIntegerField(editable=False, null=True)),
                    ('is_blurred', models.BooleanField(default=False, editable=False, verbose_name='blurred')),
                    ('left', models.PositiveSmallIntegerField(editable=False, null=True)),
                    ('top', models.PositiveSmallIntegerField(editable=False, null=True)),
                    ('width', models.PositiveSmallIntegerField(editable=False, null=True)),
                ],
                options={
                    'verbose_name': 'person in a picture',
                    'verbose_name_plural': 'people in pictures',
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(fields=('picture', 'person'), name='consent_person_once_in_picture'), models.CheckConstraint(condition=models.Q(models.Q(('height', None), ('left', None), ('top', None), ('width', None)), models.Q(('height__gt', 0), ('left__lt', 1000), ('top__lt', 1000), ('width__gt', 0)), _connector='OR'), name='consent_place_is_in_picture'), models.CheckConstraint(condition=models.Q(('is_blurred', False), ('left__isnull', False), _connector='OR'), name='consent_blurred_has_place')],
                },
            ),
            migrations.CreateModel(
                name='ConsentRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('channel_ids', models.JSONField(blank=True, default=list, help_text='Empty: all channels.', verbose_name='channels')),
                    ('until', models.DateField(blank=True, null=True, verbose_name='until and including')),
                    ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                    ('nonce', models.CharField(editable=False, max_length=32)),
                    ('asked_at', models.DateTimeField(verbose_name='asked')),
                    ('ends_at', models.DateTimeField(verbose_name='can be answered until')),
                    ('cancelled_at', models.DateTimeField(editable=False, null=True, verbose_name='called back')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests_about', to='consent.person', verbose_name='person in the picture')),
                    ('picture', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='consent.picture', verbose_name='picture')),
                    ('signer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests_to', to='consent.person', verbose_name='who is asked')),
                    ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.noticetext', verbose_name='information text')),
                ],
                options={
                    'verbose_name': 'consent request',
                    'verbose_name_plural': 'consent requests',
                    'ordering': ['-pk'],
                },
            ),
            migrations.CreateModel(
                name='ConsentEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('noted_at', models.DateTimeField(verbose_name='noted')),
                    ('said', models.CharField(choices=[('asked', 'asked'), ('given', 'said yes'), ('renewed', 'said yes again'), ('refused', 'said no'), ('withdrawn', 'took the yes back'), ('invalidated', 'noted by mistake')], max_length=12, verbose_name='what was said')),
                    ('way', models.CharField(choices=[('paper', 'on paper'), ('email', 'by e-mail'), ('oral', 'orally, with a witness'), ('link', 'by their own link'), ('release', "by the agency's release")], max_length=8, verbose_name='how')),
                    ('channel_ids', models.JSONField(blank=True, default=list, help_text='Empty: all channels.', verbose_name='channels')),
                    ('until', models.DateField(blank=True, null=True, verbose_name='until and including')),
                    ('note', models.CharField(blank=True, help_text='For example where it is kept.', max_length=300, verbose_name='note')),
                    ('noted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='noted by')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_events', to='consent.person', verbose_name='person in the picture')),
                    ('signer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signed', to='consent.person', verbose_name='who said it')),
                    ('picture', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='consent.picture', verbose_name='picture')),
                    ('scan_sha', models.CharField(blank=True, max_length=64, verbose_name='hash of the scanned paper')),
                    ('scan_type', models.CharField(blank=True, max_length=20)),
                    ('witness', models.CharField(blank=True, help_text='Who else heard it. Needed for what was said orally.', max_length=120, verbose_name='witness')),
                    ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='words', to='consent.consentrequest', verbose_name='request')),
                    ('text', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.noticetext', verbose_name='information text')),
                ],
                options={
                    'verbose_name': 'consent event',
                    'verbose_name_plural': 'consent events',
                    'ordering': ['pk'],
                    'indexes': [models.Index(condition=models.Q(('until__isnull', False)), fields=['until'], name='consent_word_until')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('noted_by__isnull', False), ('request__isnull', False), _connector='OR'), name='consent_word_has_a_source')],
                },
            ),
            migrations.CreateModel(
                name='Letter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('ask', 'question'), ('receipt', 'receipt'), ('gone', 'it is gone')], max_length=8, verbose_name='kind')),
                    ('key', models.CharField(editable=False, max_length=80, unique=True)),
                    ('to', models.EmailField(blank=True, max_length=254, verbose_name='to')),
                    ('message_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('state', models.CharField(choices=[('pending', 'waits'), ('sending', 'being sent'), ('sent', 'sent'), ('refused', 'refused by the mail server')], default='pending', editable=False, max_length=8, verbose_name='e-mail')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('try_at', models.DateTimeField(editable=False)),
                    ('sent_at', models.DateTimeField(editable=False, null=True, verbose_name='sent')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='attempts')),
                    ('error', models.TextField(blank=True, editable=False, verbose_name='last error')),
                    ('picture', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.picture', verbose_name='picture')),
                    ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='consent.consentrequest', verbose_name='request')),
                    ('signer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='consent.person', verbose_name='to whom')),
                    ('word', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.consentevent', verbose_name='consent event')),
                ],
                options={
                    'verbose_name': 'letter',
                    'verbose_name_plural': 'letters',
                    'ordering': ['-pk'],
                    'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'sending'])), fields=['try_at'], name='consent_letter_unsent')],
                },
            ),
        ]),
        migrations.AddField(
            model_name='Person',
            name='guardians',
            field=models.ManyToManyField(through='consent.Guardianship', through_fields=('child', 'guardian'), to='consent.person'),
        ),
    ]
