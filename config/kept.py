"""What the rooms keep of people, for the page that says so, and which of their events mean that somebody looked."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from calendar_app import models as calendar
from channels_registry import models as channels
from consent import models as consent
from core import privacy
from core.models import EventNote
from core.workdays import local_day
from editorial import models as editorial
from moderation import erasing
from moderation import models as moderation

privacy.LOOKS |= {
    "account.extract",
    "comments.extract",
    "evidence.open",
    "case.export",
    "closure.item_taken",
    "closure.package_taken",
    "picture.original",
    "person.look",
    "person.look_at_picture",
    "person.extract",
    "person.scan",
}


def names_in_tips() -> models.QuerySet[Any]:
    """This will find the ideas from people without an account that hold their name, or whom to ask."""
    return editorial.Idea.objects.filter(given_by=None).exclude(giver_name="", ask_whom="")


def tips_before(before: datetime) -> models.QuerySet[Any]:
    return names_in_tips().filter(given_at__lt=before)


def absences_before(before: datetime) -> models.QuerySet[Any]:
    return editorial.Absence.objects.filter(ends_on__lt=local_day(before))


def comments_without_case() -> models.QuerySet[Any]:
    return moderation.Comment.objects.standing().filter(~with_case())


def comments_with_case() -> models.QuerySet[Any]:
    return moderation.Comment.objects.filter(with_case())


def with_case() -> models.Exists:
    return models.Exists(moderation.Case.objects.filter(comment=models.OuterRef("pk")))


privacy.keep(
    "posts",
    label=_("Posts: who wrote, read, approved and published which version, and what they remarked"),
    why=_("To show that nobody approved what they wrote themselves. It stays with the post."),
    rows=editorial.Post.objects.all,
    also=[
        editorial.PostText,
        editorial.PostPicture,
        editorial.PostVersion,
        editorial.PostWriter,
        editorial.Presence,
        editorial.Review,
        editorial.ReviewClaim,
        editorial.ReviewRequest,
        editorial.Reading,
        editorial.Remark,
        editorial.Publication,
        editorial.FollowUp,
        editorial.Takedown,
        editorial.TakedownTask,
    ],
)
privacy.keep(
    "shifts",
    label=_("Teams and shifts: who works when, swaps, handovers and looks at channels"),
    why=_("So that somebody always looks, and the load is shared fairly."),
    rows=editorial.Shift.objects.all,
    also=[
        editorial.Team,
        editorial.Membership,
        editorial.Swap,
        editorial.Handover,
        editorial.HandoverNote,
        moderation.Watch,
        moderation.HolidayWatch,
    ],
)
privacy.keep(
    "absences",
    label=_("Days on which somebody is away, without the reason"),
    why=_("So that nobody is given a shift on them."),
    rows=editorial.Absence.objects.all,
    old=absences_before,
)
privacy.keep(
    "ideas",
    label=_("Ideas and material: who gave them, and their pictures"),
    why=_("So that whoever gave an idea hears what becomes of it."),
    rows=editorial.Idea.objects.all,
    also=[editorial.TipForm, editorial.Material, editorial.PostMaterial],
)
privacy.keep(
    "tip_names",
    label=_("Names in ideas from people without an account: their own, and whom to ask"),
    why=_("So that the team can ask more. The idea stays without them."),
    rows=names_in_tips,
    old=tips_before,
    forget=lambda rows, at: rows.update(giver_name="", ask_whom=""),
)
privacy.keep(
    "calendar",
    label=_("Series, notes, saved filters, calendar addresses and imported plans: whose they are"),
    why=_("So that whoever made them can change them. They stay until that person removes them."),
    rows=calendar.Series.objects.all,
    also=[
        calendar.Slot,
        calendar.DayNote,
        calendar.SavedView,
        calendar.Feed,
        calendar.FeedItem,
        calendar.CsvImport,
        editorial.FeedAddress,
    ],
)
privacy.keep(
    "channels",
    label=_(
        "Channels: who owns, edits and looks after them, who opens and closes them, and who stands in for a chief"
    ),
    why=_("So that it can be shown who decided what, also when the channel is gone."),
    rows=channels.Channel.objects.all,
    also=[
        channels.NamedEditor,
        channels.HandleHistory,
        channels.LookOver,
        channels.ActivityProof,
        channels.Opening,
        channels.Dormancy,
        channels.Closure,
        channels.Deputyship,
        channels.Consultation,
        channels.Decision,
        channels.ArchiveDecision,
        channels.PlatformClosure,
        channels.DeregistrationOrder,
    ],
)
privacy.keep(
    "channel_archive",
    label=_(
        "What was kept of a closed channel: pictures of it, and the platform's export with what followers wrote"
    ),
    why=_("The archive decision of each channel says why. It stays with the channel's case."),
    rows=channels.ArchiveItem.objects.all,
    also=[channels.Upload, channels.ArchivePackage],
)
privacy.keep(
    "comments",
    label=_(
        "Comments that never had a case: the author's name as shown, the text, the address, our answers and notes"
    ),
    why=_(
        "To answer. The city decides for how long, from the last thing that happened to the comment. "
        "Without a decision the comment stays. That it came, when and of what kind is kept for the figures."
    ),
    rows=comments_without_case,
    also=[moderation.CommentRevision, moderation.Question, EventNote],
    old=erasing.quiet_since,
    forget=erasing.erase,
)
privacy.keep(
    "case_comments",
    label=_("Comments that had a case: the author's name as shown, the text and the address"),
    why=_("To show what was unlawful. Name and text are erased when the archive has decided."),
    rows=comments_with_case,
)
privacy.keep(
    "answers",
    label=_(
        "Answers to comments, saved answers, and criticism that was passed on: who wrote, read and sent them"
    ),
    why=_(
        "To show that everybody got an answer, and that two have read one to criticism. "
        "The words of an answer go with a comment that never had a case."
    ),
    rows=moderation.Reply.objects.all,
    also=[moderation.ReplyText, moderation.SavedAnswer, moderation.Complaint],
)
privacy.keep(
    "cases",
    label=_("Cases: what was decided about a comment, reports to the police, and what its author was told"),
    why=_(
        "To show why something was removed or kept. The archive decides when the texts go; the hashes stay."
    ),
    rows=moderation.Case.objects.all,
    also=[
        moderation.Waiver,
        moderation.Removal,
        moderation.PoliceReport,
        moderation.AuthorNotice,
        moderation.Disposal,
        moderation.DisposedCase,
    ],
)
privacy.keep(
    "evidence",
    label=_("Screenshots of comments that were taken down"),
    why=_("To show later what was removed and why. Sealed; the archive decides when they go."),
    rows=moderation.EvidenceItem.objects.all,
    also=[moderation.Evidence, moderation.MaskedCopy, moderation.RemovalCheck],
)
privacy.keep(
    "people_in_pictures",
    label=_("People in pictures, their guardians and what they said"),
    why=_("To show that everybody in a picture agreed, and to take it down when somebody no longer does."),
    rows=consent.Person.objects.all,
    also=[
        consent.Guardianship,
        consent.Appearance,
        consent.ConsentRequest,
        consent.ConsentEvent,
        consent.Letter,
        consent.LegalBasis,
        consent.MediaBankCheck,
        consent.NoticeText,
    ],
)
privacy.keep(
    "pictures",
    label=_("Pictures, as they came and as they are shown"),
    why=_("They are used in posts for as long as everybody in them agrees."),
    rows=consent.Picture.objects.all,
    also=[consent.Arrival],
)
