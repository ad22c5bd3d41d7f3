"""What is typed while a post is read, into clean values. No rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_registry.models import Channel
from consent.models import Picture
from core.models import User
from editorial.models import PostVersion
from editorial.reviewing import NO, YES, Question, questions_about

MOST_WORDS = 2000


class DecisionForm(forms.Form):
    """The reader's answers to the four questions, a note, and the reason for letting a broken link through."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    overrule = forms.CharField(
        label=gettext_lazy("Why the links may stay as they are"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("It is kept with your approval."),
    )

    def __init__(self, *args: Any, version: PostVersion | None, is_approval: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_approval = is_approval
        for question in questions_about(version):
            self.fields[question.value] = forms.ChoiceField(
                label=question.label,
                required=is_approval,
                choices=[(YES, gettext_lazy("Yes")), (NO, gettext_lazy("No"))],
                widget=forms.RadioSelect,
                error_messages={"required": gettext_lazy("Answer yes or no.")},
            )
        if not is_approval:
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = _("Say what should change.")

    def ask_why(self) -> None:
        """This will make the page ask for the reason before the form is sent: a link does not work."""
        self.fields["overrule"].required = True

    def forget_answers_before(self, seen: int) -> None:
        """This will take out the answers when they were given to another text than `seen`; what was written stays."""
        if self.data.get("seen", "") in {"", str(seen)}:
            return
        self.data = {name: said for name, said in self.data.items() if name not in Question.values}

    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in Question.values if name in self.fields]

    def details(self) -> dict[str, Any]:
        """This will return what the move takes besides the note."""
        answers = {name: self.cleaned_data.get(name, "") for name in Question.values if name in self.fields}
        if not self.is_approval:
            return {"answers": answers}
        return {"answers": answers, "overrule": self.cleaned_data["overrule"]}


class RemarkForm(forms.Form):
    """A remark, and what it is about: the whole post, a channel's text or a picture, and the very words if any."""

    about = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    quote = forms.CharField(
        label=gettext_lazy("The words it is about"),
        required=False,
        max_length=300,
        strip=False,
        help_text=gettext_lazy("Mark words in the text and they land here."),
    )
    body = forms.CharField(
        label=gettext_lazy("Your remark"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write what you want to say.")},
    )

    def __init__(self, *args: Any, channels: list[Channel], pictures: list[Picture], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, dict[str, Any]] = {"": {}}
        choices: list[tuple[str, Any]] = [("", _("the whole post"))]
        for channel in channels:
            self.places[f"channel-{channel.pk}"] = {"channel": channel}
            choices.append((f"channel-{channel.pk}", _("the text on %(channel)s") % {"channel": channel}))
        for picture in pictures:
            self.places[f"picture-{picture.pk}"] = {"picture": picture}
            choices.append((f"picture-{picture.pk}", _("the picture %(picture)s") % {"picture": picture}))
        self.fields["about"].choices = choices  # type: ignore[attr-defined]

    def details(self) -> dict[str, Any]:
        """This will return the remark's words and place."""
        place = self.places[self.cleaned_data["about"]]
        return {"body": self.cleaned_data["body"], "quote": self.cleaned_data["quote"], **place}


class AnswerForm(forms.Form):
    """An answer to a remark."""

    body = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write what you want to say.")},
    )


class AskReaderForm(forms.Form):
    """Which editor is asked to read."""

    reader = forms.ModelChoiceField(
        label=gettext_lazy("Ask somebody by name"),
        queryset=User.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the team's editors.")},
    )

    def __init__(self, *args: Any, readers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reader"]
        field.queryset = User.objects.filter(pk__in=[reader.pk for reader in readers])
        field.widget.choices = [(reader.pk, reader.name) for reader in readers]
