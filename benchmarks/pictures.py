"""Pictures at the size of a city: lists with lights, the gate, a withdrawal of two thousand posts, and uploads."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.measure import Figure, page, queries, ratio
from consent.models import Appearance, ConsentEvent, Person, Picture
from consent.transitions import note_consent
from core import triggers
from core.models import Unit, User
from editorial.models import Post, PostPicture, PostText, PostVersion, Publication, Review, Team
from editorial.pictures import ask_the_people
from editorial.reviewing import ALL_YES

PICTURES, FEW, FACES, WORDS = 100_000, 400, 3, 10
POSTS = 2_000
UPLOADS, UPLOAD_MB = 50, 20


def figures() -> Iterator[Figure]:
    """This will measure the pages of pictures with few and with many, a large withdrawal, and the memory of uploads."""
    logging.getLogger("redaktionen.request").setLevel(logging.WARNING)
    call_command("demo_data", verbosity=0)
    erik = User.objects.get(email="erik.sund@avinge.example")
    unit = Team.objects.of_member(erik)[0].unit
    client = Client()
    client.force_login(erik)
    fill(erik, unit, FEW)
    small = timed(client, erik)
    fill(erik, unit, PICTURES)
    analyse()
    yield from page(client, "picture list with lights", "/pictures/", rows=24)
    newest = Picture.objects.filter(unit=unit, state="listed").latest("pk")
    yield from page(client, "picture page", f"/pictures/{newest.pk}/", rows=40)
    post = pictured_post(erik, unit)
    yield Figure("gate, 10 pictures of 5 people: queries", queries(lambda: gate(post)), "queries", 15)
    for name, value in timed(client, erik).items():
        yield Figure(
            f"{name}: with {PICTURES} pictures beside {FEW}", round(value / small[name], 2), "times", 1.2
        )
    asked = withdraw_from_many(erik, unit)
    yield Figure(f"withdrawal, {POSTS} posts: queries", asked, "queries", POSTS / 50)
    yield from uploads()


def timed(client: Client, user: User) -> dict[str, float]:
    """This will time list, page and gate beside a bare page, so that runs at different loads can be compared."""
    bare = lambda: client.get("/bare/24/")  # noqa: E731  (the measure wants something to call)
    unit = Team.objects.of_member(user)[0].unit
    post, newest = pictured_post(user, unit), Picture.objects.filter(unit=unit, state="listed").latest("pk")
    return {
        "picture list": ratio(lambda: client.get("/pictures/"), bare),
        "picture page": ratio(lambda: client.get(f"/pictures/{newest.pk}/"), bare),
        "gate": ratio(lambda: gate(post), bare),
    }


def gate(post: Post) -> None:
    ask_the_people(post, timezone.now())


def fill(user: User, unit: Unit, count: int) -> None:
    """This will lay pictures, three faces and ten words each, straight into the tables, in SQL for both databases."""
    people = Person.objects.bulk_create([Person(unit=unit, name=f"Person {n}") for n in range(500)])
    first_person = min(person.pk for person in people)
    before = Picture.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    start = Picture.objects.count()
    by = {
        "user": user.pk,
        "unit": unit.pk,
        "now": datetime.now(UTC),
        "before": before,
        "person": first_person,
    }
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, by | {"first": start, "last": start + count - 1})


SHA = "'" + "0" * 56 + "' || CAST(10000000 + i AS TEXT)"
SERIES = "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
# Which of the five hundred somebody in a picture is: the same for the face and for the words.
WHO = f"%(person)s + (p.id * 7 + n.i %% {FACES}) %% 500"
PLACES = "FROM consent_picture p, n WHERE p.id > %(before)s"
PICTURE_ROWS = (
    "INSERT INTO consent_picture (version, unit_id, title, alt_text, source, reference, credit, taken_at, licence, "
    "state, sha, clean_sha, thumb_sha, blurred_sha, blurred_thumb_sha, look, content_type, width, height, size, "
    f"added_by_id, added_at) {SERIES.format(first='%(first)s', last='%(last)s')} "
    "SELECT 1, %(unit)s, 'Picture ' || CAST(i AS TEXT), 'People in a park.', 'own', '', '', '', '', 'listed', "
    f"{SHA}, {SHA}, {SHA}, '', '', "
    "CAST(1000000000000000 + (CAST(i AS BIGINT) * 7919 * 104729) %% 8999999999999999 AS TEXT), "
    "'image/png', 1, 1, 1, %(user)s, %(now)s FROM n"
)
FILL = (
    PICTURE_ROWS,
    "INSERT INTO consent_appearance (picture_id, person_id, place, is_identifiable, is_blurred) "
    f"{SERIES.format(first='0', last=FACES - 1)} SELECT p.id, {WHO}, 'left', true, false {PLACES}",
    "INSERT INTO consent_legalbasis (picture_id, basis, motive, noted_by_id, noted_at) "
    "SELECT p.id, 'consent', 'Asked.', %(user)s, %(now)s FROM consent_picture p WHERE p.id > %(before)s",
    "INSERT INTO consent_consentevent (picture_id, person_id, signer_id, said, way, channel_ids, note, witness, "
    f"scan_sha, scan_type, noted_by_id, noted_at) {SERIES.format(first='0', last=WORDS - 1)} "
    f"SELECT p.id, {WHO}, {WHO}, CASE WHEN n.i < {FACES} THEN 'asked' ELSE 'given' END, 'email', '[]', '', '', "
    f"'', '', %(user)s, %(now)s {PLACES}",
)


def pictured_post(user: User, unit: Unit) -> Post:
    """This will make a draft with ten pictures of five people each."""
    team = Team.objects.of_member(user)[0]
    post = Post.objects.create(
        team=team, title="T", base_text="B", created_by=user, created_at=timezone.now()
    )
    PostText.objects.create(post=post, channel=team.channels.all()[0])
    pictures = list(Picture.objects.filter(unit=unit, state="listed", title__startswith="Picture")[:10])
    others = list(Person.objects.filter(unit=unit, name__startswith="Person").order_by("-pk")[:40])
    by: dict[str, Any] = {"noted_by": user, "noted_at": timezone.now()}
    for picture in pictures:
        here = {place.person_id for place in picture.appearances.all()}
        for person in [one for one in others if one.pk not in here][: 5 - len(here)]:
            Appearance.objects.create(picture=picture, person=person, place="right")
            ConsentEvent.objects.create(
                picture=picture, person=person, signer=person, said="given", way="email", **by
            )
    PostPicture.objects.bulk_create(
        PostPicture(post=post, picture=picture, alt_text="P", position=number)
        for number, picture in enumerate(pictures)
    )
    return post


def withdraw_from_many(user: User, unit: Unit) -> int:
    """This will count the queries of a withdrawal that sends back a thousand posts and takes down a thousand."""
    team, now = Team.objects.of_member(user)[0], timezone.now()
    author = team.memberships.exclude(user=user).filter(role="communicator").select_related("user")[0].user
    channel = team.channels.all()[0]
    picture = Picture.objects.filter(unit=unit, state="listed", title__startswith="Picture").latest("pk")
    posts = Post.objects.bulk_create(
        Post(team=team, title=f"P{n}", base_text="B", created_by=author, created_at=now, planned_at=now)
        for n in range(POSTS)
    )
    PostText.objects.bulk_create(PostText(post=post, channel=channel) for post in posts)
    PostPicture.objects.bulk_create(PostPicture(post=post, picture=picture, alt_text="P") for post in posts)
    versions = PostVersion.objects.bulk_create(
        PostVersion(post=post, number=1, sha="0" * 64, content={"texts": []}, saved_by=author, saved_at=now)
        for post in posts
    )
    Review.objects.bulk_create(
        Review(version=version, reviewer=user, verdict="approved", at=now, answers=ALL_YES)
        for version in versions
    )
    for number, (post, version) in enumerate(zip(posts, versions, strict=True)):
        post.current, post.state = version, "scheduled" if number % 2 else "published"
    with guards_off("editorial_post"):
        Post.objects.bulk_update(posts, ["current", "state"], batch_size=500)
    Publication.objects.bulk_create(
        Publication(
            post=post,
            channel=channel,
            post_version=version,
            due_at=now,
            state="published",
            url=f"https://www.facebook.com/bench/{post.pk}",
            settled_at=now,
            settled_by=author,
        )
        for post, version in zip(posts, versions, strict=True)
        if post.state == "published"
    )
    person = picture.appearances.all()[0].person
    assert person is not None
    asked = queries(
        lambda: note_consent(
            picture,
            actor=user,
            at=timezone.now(),
            person=person,
            signer=person,
            said="withdrawn",
            way="email",
        )
    )
    assert Post.objects.filter(pk__in=[post.pk for post in posts], state="draft").count() == POSTS // 2
    takedown = picture.takedowns.get()
    assert takedown.tasks.count() == POSTS // 2
    return asked


class guards_off:  # noqa: N801  (reads as a statement)
    """The table's guards away while rows are laid in that people would make one by one."""

    def __init__(self, table: str) -> None:
        self.table = table

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            for trigger, table in triggers.installed(connection).items():
                if table == self.table:
                    on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"DROP TRIGGER {trigger}{on_table}")

    def __exit__(self, *error: object) -> None:
        triggers.install(connection)


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


UPLOADER = """
import io, os, resource, sys, tempfile
import benchmarks.environment
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from PIL import Image
from consent import copies
from core import filestore
from core.uploads import UploadRefused, clean_image
settings.FILES_DIR, takes = sys.argv[1], sys.argv[4] == "takes"
if takes:
    settings.UPLOAD_MAX_BYTES = 25 * 1024 * 1024
count, size = int(sys.argv[2]), int(sys.argv[3]) * 1024 * 1024
peaks = []
for number in range(count):
    out = io.BytesIO()
    noise = Image.frombytes("RGB", (1500, 1000), os.urandom(4_500_000))
    noise.save(out, "JPEG", quality=60)
    upload = TemporaryUploadedFile(f"{number}.jpg", "image/jpeg", size, None)
    upload.write(out.getvalue())
    upload.write(b"\\0" * (size - out.tell()))
    upload.seek(0)
    del out, noise
    try:
        image = clean_image(upload)
    except UploadRefused:
        if takes:
            raise
    else:
        filestore.keep("pictures", image.original)
        filestore.keep("picture-copies", image.clean_bytes)
        filestore.keep("picture-thumbs", copies.small(image.clean_bytes))
        copies.look_of(image.clean_bytes)
        del image
    upload.close()
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(round(peaks[-1] / peaks[4], 3))
"""


def uploads() -> Iterator[Figure]:
    """This will send pictures of 20 MB through what the web worker does with each, and compare its peak after 5 and 50.

    Once with the limit raised, so that they are kept, and once with the house's own, so that each is refused.
    """
    for name, way in (("kept", "takes"), ("refused", "refuses")):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(  # noqa: S603  (our own script)
                [sys.executable, "-c", UPLOADER, folder, str(UPLOADS), str(UPLOAD_MB), way],
                capture_output=True,
                text=True,
                check=True,
                cwd=settings.BASE_DIR,
            )
        grown = float(done.stdout.strip().splitlines()[-1])
        yield Figure(
            f"memory after {UPLOADS} uploads of {UPLOAD_MB} MB {name}, beside 5", grown, "times", 1.1
        )
