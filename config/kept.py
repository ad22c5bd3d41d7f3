"""What the rooms keep of people, for the page that says so, and which of their events mean that somebody looked."""

from django.utils.translation import gettext_lazy as _

from consent.models import Person, Picture
from core import privacy
from moderation.models import Comment, EvidenceItem

privacy.LOOKS |= {
    "evidence.open",
    "picture.original",
    "person.look",
    "person.look_at_picture",
    "person.extract",
    "person.scan",
}

privacy.keep(
    "comments",
    label=_("Comments under the city's posts: the author's name as shown, and the text"),
    why=_("To answer, and to show what was unlawful. The archive decides when they go."),
    rows=Comment.objects.all,
)
privacy.keep(
    "evidence",
    label=_("Screenshots of comments that were taken down"),
    why=_("To show later what was removed and why. Sealed; the archive decides when they go."),
    rows=EvidenceItem.objects.all,
)
privacy.keep(
    "people_in_pictures",
    label=_("People in pictures, their guardians and what they said"),
    why=_("To show that everybody in a picture agreed, and to take it down when somebody no longer does."),
    rows=Person.objects.all,
)
privacy.keep(
    "pictures",
    label=_("Pictures, as they came and as they are shown"),
    why=_("They are used in posts for as long as everybody in them agrees."),
    rows=Picture.objects.all,
)
