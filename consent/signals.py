"""Questions this room asks upwards, and the news it sends; each is sent inside the caller's transaction."""

from django.dispatch import Signal

# user → the units (a queryset of Unit) that the person works for beside their own: editorial answers with its teams'.
units_worked_for = Signal()

# picture, user → a list of Use: where the picture stands in posts.
uses_of_picture = Signal()

# person, picture, actor, at → somebody said no or took their yes back: whoever planned to show the picture stops it.
consent_ended = Signal()
