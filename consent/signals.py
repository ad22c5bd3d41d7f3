"""Questions this room asks upwards, and the news it sends; each is sent inside the caller's transaction."""

from django.dispatch import Signal

# user → the units (a queryset of Unit) that the person works for beside their own: editorial answers with its teams'.
units_worked_for = Signal()

# picture, user → a list of Use: where the picture stands in posts.
uses_of_picture = Signal()

# picture, actor, at, cause, kept, word → somebody said no, took their yes back, narrowed it, or it ran out: what is
# planned stops, what is out comes down. `kept` are the channels (ids) on which it still holds, none when it is over.
consent_ended = Signal()

# picture, at → places were blurred or shown again: what was approved with the old copy is not approved any more.
copy_changed = Signal()

# picture, at → a list of User: who else than the one who added the picture should be told of it.
keepers_of_picture = Signal()

# person → a list of Shown: where a picture of the person is, or was, published.
shown_of_person = Signal()
