"""Pictures at the size of a city: lists with lights, the gate, a withdrawal of two thousand posts, and uploads."""

from __future__ import annotations

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
from consent.models import Appearance, ConsentEvent, LegalBasis, Person, Picture
from consent.transitions import note_consent
from core import triggers
from core.models import Unit, User
from editorial.models import Post, PostPicture, PostText, PostVersion, Publication, Review, Team
from editorial.pictures import ask_the_people

PICTURES, FEW, FACES, WORDS = 100_000, 400, 3, 10
POSTS = 2_000
UPLOADS, UPLOAD_MB = 50, 20


def figures() -> Iterator[Figure]:
    """This will measure the pages of pictures with few and with many, a large withdrawal, and the memory of uploads."""
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
    yield uploads()


def timed(client: Client, user: User) -> dict[str, float]:
    """This will time the list and the gate beside a bare page, so that runs at different loads can be compared."""
    bare = lambda: client.get("/bare/24/")  # noqa: E731  (the measure wants something to call)
    post = pictured_post(user, Team.objects.of_member(user)[0].unit)
    return {
        "picture list": ratio(lambda: client.get("/pictures/"), bare),
        "gate": ratio(lambda: gate(post), bare),
    }


def gate(post: Post) -> None:
    ask_the_people(post, timezone.now())


def fill(user: User, unit: Unit, count: int) -> None:
    """This will lay pictures, three faces and ten words each, straight into the tables."""
    now = datetime.now(UTC)
    people = Person.objects.bulk_create([Person(unit=unit, name=f"Person {n}") for n in range(500)])
    first = Picture.objects.count()
    for start in range(0, count, 5_000):
        numbers = range(first + start, first + min(start + 5_000, count))
        pictures = Picture.objects.bulk_create(
            Picture(
                unit=unit,
                title=f"Picture {number}",
                alt_text="People in a park.",
                state="listed",
                sha=f"{number:064x}",
                clean_sha=f"{number:064x}",
                thumb_sha=f"{number:064x}",
                look=f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}",
                content_type="image/png",
                width=1,
                height=1,
                size=1,
                added_by=user,
                added_at=now,
            )
            for number in numbers
        )
        faces = [
            (picture, people[(number * 7 + face) % 500])
            for number, picture in enumerate(pictures)
            for face in range(FACES)
        ]
        Appearance.objects.bulk_create(
            Appearance(picture=picture, person=person, place="left") for picture, person in faces
        )
        LegalBasis.objects.bulk_create(
            LegalBasis(picture=picture, basis="consent", motive="Asked.", noted_by=user, noted_at=now)
            for picture in pictures
        )
        ConsentEvent.objects.bulk_create(
            (
                ConsentEvent(
                    picture=picture,
                    person=people[(number * 7 + word % FACES) % 500],
                    signer=people[(number * 7 + word % FACES) % 500],
                    said="asked" if word < FACES else "given" if word < 2 * FACES else "renewed",
                    way="email",
                    noted_by=user,
                    noted_at=now,
                )
                for number, picture in enumerate(pictures)
                for word in range(WORDS)
            ),
            batch_size=10_000,
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
        Review(version=version, reviewer=user, verdict="approved", at=now) for version in versions
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
import benchmarks
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from PIL import Image
from consent import copies
from core import filestore
from core.uploads import clean_image
settings.UPLOAD_MAX_BYTES = 25 * 1024 * 1024
settings.FILES_DIR = sys.argv[1]
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
    image = clean_image(upload)
    filestore.keep("pictures", image.original)
    filestore.keep("picture-copies", image.clean_bytes)
    filestore.keep("picture-thumbs", copies.small(image.clean_bytes))
    copies.look_of(image.clean_bytes)
    upload.close()
    del image
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(round(peaks[-1] / peaks[4], 3))
"""


def uploads() -> Figure:
    """This will send pictures of 20 MB through what the web worker does with each, and compare its peak after 5 and 50."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603  (our own script)
            [sys.executable, "-c", UPLOADER, folder, str(UPLOADS), str(UPLOAD_MB)],
            capture_output=True,
            text=True,
            check=True,
            cwd=settings.BASE_DIR,
        )
    grown = float(done.stdout.strip().splitlines()[-1])
    return Figure(f"memory after {UPLOADS} uploads of {UPLOAD_MB} MB beside 5", grown, "times", 1.1)
