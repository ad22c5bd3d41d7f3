"""Builds the invented city through the same moves that people use, dated around now."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from channels_registry.models import Channel, Platform
from channels_registry.platform_texts import rules_of
from config.demo import agreement, calendar, comments, consents, pictures, posts, team, texts
from config.demo import channels as register
from config.demo import words as content
from config.demo.drawing import screenshot
from consent.models import Picture
from core import clock
from core.models import Notice, Unit, User
from core.moves import perform
from core.workdays import instant, is_working_day, local_day
from editorial.models import Material, MaterialKind, Membership, Post, Publication, Team, TeamChannel
from editorial.reuse import keep_material, trace
from editorial.reviewing import ALL_YES
from editorial.transitions import save_post
from moderation.capture import add_screenshot
from moderation.checking import note_seen
from moderation.models import Case, Comment, Ground, Watch
from moderation.transitions import open_case, register_comment

POSTS = [*content.POSTS, *texts.POSTS]
COMMENTS = [*(row for row in content.COMMENTS if row[0] != "illegal"), *texts.COMMENTS]
PASSWORD = "avinge-demo-2026"  # noqa: S105  (the invented city's, printed at every start)
ACCOUNTS = [
    ("anna.berg@avinge.example", "kommunikatör"),
    ("erik.sund@avinge.example", "redaktör"),
    ("sara.nyqvist@avinge.example", "redaktör"),
    ("karin.lindvall@avinge.example", "ansvarig chef"),
    ("henrik.sandell@avinge.example", "kommunikationsansvarig chef"),
    ("tove.grip@avinge.example", "webbstrateg"),
    ("rut.dahl@avinge.example", "registrator"),
    ("nils.admin@avinge.example", "administratör (Django admin: /admin/)"),
    ("ida.vik@avinge.example", "kommunikatör i annan enhet"),
]
ASCII = str.maketrans("åäöé", "aaoe")


class City:
    """One building of the city around the instant `now`, the same for the same day."""

    def __init__(self, now: datetime) -> None:
        self.now = now.replace(second=0, microsecond=0)
        self.chance = random.Random(2026)  # noqa: S311  (variety, not secrecy)
        self.usable: dict[str, list[Picture]] = {}
        self.told: Counter[str] = Counter()

    def build(self) -> None:
        self.people()
        self.channels()
        self.teams()
        team.lay_in(self)
        self.usable = pictures.lay_in(now=self.now, author_of=self.picture_desk)
        self.year_of_posts()
        register.lay_in(self)
        consents.lay_in(self)
        self.posts_of_now()
        agreement.lay_in(self)
        self.comments_and_cases()
        self.watches()
        posts.lay_in(self)
        comments.lay_in(self)
        calendar.lay_in(self)
        clock.sweep(self.now)
        # What happened before the demo began was told, and read, long ago.
        Notice.objects.filter(created_at__lt=self.now).update(
            email_state=Notice.EmailState.MOOT, read_at=self.now
        )

    def people(self) -> None:
        for name, _chief, _other in content.UNITS:
            Unit.objects.create(name=name)
        password = make_password(PASSWORD)  # one for all of them: it is slow on purpose
        for name, unit, role in content.PEOPLE:
            User.objects.create(
                email=f"{name.lower().replace(' ', '.').translate(ASCII)}@{content.DOMAIN}",
                password=password,
                name=name,
                unit=Unit.objects.get(name=unit),
                is_web_strategist=role == "web_strategist",
                is_records_officer=role == "records_officer",
                is_staff=role == "administrator",
                is_superuser=role == "administrator",
            )
        for name, chief, other in content.UNITS:
            Unit.objects.filter(name=name).update(
                responsible_chief=self.person(chief), communications_chief=self.person(other)
            )

    def channels(self) -> None:
        for code, name, hosts, limit in content.PLATFORMS:
            Platform.objects.create(code=code, name=name, hosts=hosts, text_limit=limit)
        for name, platform, handle, url, unit, comment_mode, purpose in content.CHANNELS:
            Channel.objects.create(
                name=name,
                platform=Platform.objects.get(code=platform),
                handle=handle,
                url=url,
                unit=Unit.objects.get(name=unit),
                comment_mode=comment_mode,
                registered_on=local_day(self.now) - timedelta(days=900),
                quiet_since=local_day(self.now) - timedelta(days=400),
                purpose=purpose,
                audience="Alla som bor, verkar i eller besöker Åvinge",
                keys_kept="Stadens lösenordsvalv, mappen Sociala medier",
                looked_over_on=local_day(self.now) - timedelta(days=self.chance.randint(20, 400)),
            )

    def teams(self) -> None:
        for name, unit, members, channels in content.TEAMS:
            home = Team.objects.create(name=name, unit=Unit.objects.get(name=unit))
            for member, role in members.items():
                Membership.objects.create(team=home, user=self.person(member), role=role)
            for channel, platform in channels:
                TeamChannel.objects.create(
                    team=home, channel=Channel.objects.get(name=channel, platform__code=platform)
                )

    def year_of_posts(self) -> None:
        today = local_day(self.now)
        for offset in range(-365, 180, 4):
            day = today + timedelta(days=offset)
            fitting = [post for post in POSTS if day.month in post[0]]
            seldom = min(self.told[post[3]] for post in fitting)
            chosen = self.chance.choice([post for post in fitting if self.told[post[3]] == seldom])
            self.told[chosen[3]] += 1
            # What is wanted far ahead was begun a while ago, not on a day to come.
            begun_at = min(instant(day - timedelta(days=9), "10:00"), self.now - timedelta(days=4))
            post = self.write(*chosen[1:], at=begun_at, wanted_on=day)
            clock_time = self.chance.choice(["07:30", "09:00", "12:00", "16:00"])
            self.carry_on(post, instant(day, clock_time), offset)

    def carry_on(self, post: Post, planned_at: datetime, offset: int) -> None:
        """This will bring a post as far as its day allows: out when past, planned when near, a draft when far."""
        if offset > 40:
            return
        author, reviewer = post.created_by, self.reviewer(post)
        before = min(planned_at, self.now) - timedelta(days=2)
        perform(post, "submit", actor=author, at=before)
        if offset > 24:
            return
        perform(post, "approve", answers=ALL_YES, actor=reviewer, at=before + timedelta(hours=3))
        perform(post, "schedule", actor=author, at=before + timedelta(hours=4), planned_at=planned_at)
        if offset >= 0:
            return
        perform(post, "fall_due", actor=None, at=planned_at)
        for publication in post.publications.select_related("channel"):
            self.settle(publication, author, planned_at + timedelta(minutes=self.chance.randint(2, 50)))

    def settle(self, publication: Publication, author: User, at: datetime) -> None:
        if self.chance.random() < 0.03:
            perform(publication, "miss", actor=author, at=at, note="Plattformen låg nere.")
            return
        url = f"{publication.channel.url}/posts/{10_000 + publication.pk}"
        perform(publication, "confirm", actor=author, at=at, url=url)

    def posts_of_now(self) -> None:
        """This will leave something to do for everybody today."""
        soon = [post for post in POSTS if local_day(self.now).month in post[0]]
        for number, step in enumerate(
            ("draft", "review", "changes", "approved", "due", "due_soon", "dropped")
        ):
            post = self.write(
                *soon[number % len(soon)][1:], at=self.now - timedelta(days=1), title_suffix=" igen"
            )
            author, reviewer = post.created_by, self.reviewer(post)
            if step == "dropped":
                perform(post, "drop", actor=author, at=self.now, note="Evenemanget är inställt.")
            if step in {"draft", "dropped"}:
                continue
            perform(post, "submit", actor=author, at=self.now - timedelta(hours=5))
            if step == "changes":
                perform(
                    post, "ask_changes", actor=reviewer, at=self.now, note="Korta gärna och säg var det är."
                )
            if step in {"approved", "due", "due_soon"}:
                perform(post, "approve", answers=ALL_YES, actor=reviewer, at=self.now - timedelta(hours=4))
            if step in {"due", "due_soon"}:
                planned_at = self.now + timedelta(minutes=-20 if step == "due" else 15)
                perform(
                    post, "schedule", actor=author, at=self.now - timedelta(hours=3), planned_at=planned_at
                )

    def comments_and_cases(self) -> None:
        published = list(Publication.objects.filter(state="published").order_by("-due_at")[:70])
        for number, (kind, author, text, _around) in enumerate(COMMENTS):
            comment = self.comment(
                published[number], kind, author, text, self.now - timedelta(hours=number * 9)
            )
            if number >= 14:
                note = "Besvarad på plattformen." if kind != "unsuitable" else "Borttagen enligt husreglerna."
                at = comment.registered_at + timedelta(hours=2)
                perform(comment, "handle", actor=comment.registered_by, at=at, note=note)
        for number, (index, ground, state, hours) in enumerate(content.CASES):
            kind, author, text, around = content.COMMENTS[index]
            found_at = self.now - timedelta(hours=hours)
            comment = self.comment(published[40 + number], kind, author, text, found_at)
            case = open_case(
                comment,
                ground=Ground.objects.get(code=ground),
                actor=comment.registered_by,
                at=found_at,
                facts=f"{around} Texten riktar sig mot en person eller en grupp."
                if kind == "illegal"
                else around,
            )
            self.work_on(case, state, around, found_at)

    def work_on(self, case: Case, state: str, around: str, found_at: datetime) -> None:
        """This will bring a case to `state`, within the hours since it was found."""
        actor, revision = case.opened_by, case.comment.current
        steps = {
            "gathering": ["shot"],
            "sealed": ["shot", "seal"],
            "removal_ordered": ["shot", "seal", "order_removal"],
            "removal_failed": ["shot", "seal", "order_removal", "fail_removal"],
            "gone": ["note_gone"],
            "removed": ["shot", "seal", "order_removal", "check_gone"],
            "kept": ["keep"],
        }
        notes = {
            "fail_removal": "Knappen svarar inte, vi försöker igen.",
            "note_gone": "Kommentaren syns inte längre.",
            "check_gone": "Kontrollerad utan inloggning.",
            "keep": "Hård ton men inte otillåten.",
        }
        for number, step in enumerate(steps.get(state, [])):
            at = min(found_at + timedelta(minutes=20 * (number + 1)), self.now)
            if step == "shot" and revision is not None:
                publication = case.comment.publication
                drawn = screenshot(
                    case.comment.channel.name,
                    publication.text[:180] if publication else "",
                    revision.author_name,
                    revision.text,
                    f"{found_at:%Y-%m-%d %H:%M}",
                )
                add_screenshot(case, actor=actor, at=at, data=drawn, name="skarmdump.png", context=around)
                continue
            details: dict[str, Any] = {"manifest": "yes"} if step == "order_removal" else {}
            if step == "check_gone":
                gone = screenshot(case.comment.channel.name, "", "", "", f"{at:%Y-%m-%d %H:%M}")
                note_seen(
                    case, actor=actor, at=at, result="gone", said="Kommentaren är borta.", screenshot=gone
                )
            perform(case, step, actor=actor, at=at, note=notes.get(step, ""), **details)

    def watches(self) -> None:
        """This will lay out the watches of the last ten working days, a few of them missed."""
        today = local_day(self.now)
        for offset in range(14, 0, -1):
            day = today - timedelta(days=offset)
            if not is_working_day(day):
                continue
            for channel in Channel.objects.to_watch():
                watch = Watch.objects.create(channel=channel, day=day)
                team = watch.team
                if team is None or self.chance.random() < 0.06:
                    perform(watch, "miss", actor=None, at=instant(day, "17:00"))
                else:
                    actor = (team.on_duty("watch", instant(day, "14:00")) or team.everyone())[0]
                    perform(watch, "confirm", actor=actor, at=instant(day, "13:10"))

    def write(
        self,
        team: str,
        kind: str,
        title: str,
        text: str,
        *,
        at: datetime,
        wanted_on: date | None = None,
        title_suffix: str = "",
    ) -> Post:
        home = Team.objects.get(name=team)
        authors = home.memberships.filter(role="communicator").select_related("user").order_by("pk")
        author = self.chance.choice([membership.user for membership in authors])
        channels = [
            channel
            for channel in home.channels.select_related("platform")
            if channel.may_publish and channel.handle not in content.SILENT
        ]
        chosen = self.chance.sample(channels, min(len(channels), self.chance.randint(1, 2)))
        post = Post(team=home)
        save_post(
            post,
            actor=author,
            at=at,
            fields={
                "title": title + title_suffix,
                "kind": kind,
                "base_text": text,
                "asks_question": "?" in text,
                "wanted_at": timezone.make_aware(
                    datetime.combine(wanted_on or local_day(at) + timedelta(days=9), time(9))
                ),
            },
            texts={
                channel: short(text) if channel.platform.text_limit < len(text) else "" for channel in chosen
            },
            links=["https://www.avinge.example/aktuellt"],
            pictures=self.pictures_for(home, at),
        )
        rules, pictured = [rules_of(one.platform) for one in chosen], post.pictures.exists()
        if any(one.needs_film or (one.needs_media and not pictured) for one in rules):
            trace(post, self.film_of(title, author, at), actor=author, at=at)
        return post

    def film_of(self, title: str, author: User, at: datetime) -> Material:
        """This will find the film that a post with this title is made of, kept the first time it is asked for."""
        name = f"Film: {title}"
        if (kept := Material.objects.filter(title=name).first()) is not None:
            return kept
        film = Material()
        fields = {"kind": MaterialKind.FILM, "title": name, "reference": "Stadens filmarkiv"}
        keep_material(film, actor=author, at=at, fields=fields)
        return film

    def pictures_for(self, team: Team, at: datetime) -> list[tuple[Picture, str]]:
        """This will choose among what the team's unit may show; posts from before its pictures have none."""
        usable = self.usable.get(team.unit.name, [])
        if not usable or at < self.now - timedelta(days=70) or self.chance.random() < 0.3:
            return []
        chosen = self.chance.sample(usable, self.chance.choice([1, 1, min(2, len(usable))]))
        return [(picture, "") for picture in chosen]

    def picture_desk(self, unit: str) -> User:
        """This will name who adds a unit's pictures: a communicator there if there is one."""
        desk = User.objects.filter(unit__name=unit)
        return desk.filter(memberships__role="communicator").first() or desk.order_by("-pk")[0]

    def comment(self, publication: Publication, kind: str, author: str, text: str, at: datetime) -> Comment:
        team = Team.objects.get(team_channels__channel=publication.channel)
        return register_comment(
            actor=self.chance.choice(team.everyone()),
            at=at,
            channel=publication.channel,
            kind=kind,
            author_name=author,
            text=text,
            url=f"{publication.url}?comment_id={self.chance.randint(10**6, 10**7)}",
            publication=publication,
        )

    def reviewer(self, post: Post) -> User:
        return next(editor for editor in post.team.editors() if not post.is_author(editor))

    def person(self, name: str) -> User:
        return User.objects.get(name=name)


def short(text: str) -> str:
    """This will cut a text after the last whole sentence that fits a short platform."""
    return text[:270].rpartition(".")[0] + "."
