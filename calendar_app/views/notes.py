"""The doors to notes on days and saved filters, and to writing again what is out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from calendar_app.forms.calendar import DayNoteForm, SavedViewForm
from calendar_app.models import DayNote, SavedView
from calendar_app.notes import keep_note, remove_note, save_view
from calendar_app.rules import may_note
from calendar_app.transitions import write_again
from core.doors import status_of
from core.moves import MoveRefused
from core.request import own_address, person
from core.rules import Refusal
from editorial.forms import MoveForm
from editorial.models import Post, Team
from editorial.states import PostState
from editorial.views.planning import tell_of_the_time


@require_http_methods(["GET", "POST"])
def note_new(request: HttpRequest) -> HttpResponse:
    if not Team.objects.of_member(person(request)).exists():
        reason = _("You are in no team. An editor can add you to one.")
        return render(request, "403.html", {"reason": reason}, status=403)
    return _edit(request, DayNote())


@require_http_methods(["GET", "POST"])
def note_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    note = get_object_or_404(DayNote.objects.visible_to(user).select_related("team"), pk=pk)
    answer = may_note(user, note)
    if isinstance(answer, Refusal):
        return render(request, "403.html", {"reason": answer.reason}, status=403)
    return _edit(request, note)


@require_POST
def note_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    note = get_object_or_404(DayNote.objects.visible_to(user).select_related("team"), pk=pk)
    try:
        remove_note(note, actor=user, at=timezone.now())
    except MoveRefused as refused:
        return render(request, "403.html", {"reason": refused.reason}, status=status_of(refused))
    messages.success(request, _("The note is removed."))
    return redirect("calendar_app:month_page")


@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """This will keep the filters that are on under a name, and lead back to them."""
    form = SavedViewForm(request.POST, user=person(request))
    if not form.is_valid():
        return render(request, "calendar_app/view_save.html", {"form": form}, status=422)
    saved = save_view(owner=person(request), **form.cleaned_data)
    messages.success(request, _("The filters are saved as “%(name)s”.") % {"name": saved.name})
    return redirect(f"{reverse(f'calendar_app:{saved.view}_page')}?{saved.query}")


@require_POST
def view_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """This will forget saved filters; those that others shared are theirs."""
    get_object_or_404(SavedView.objects.filter(owner=person(request)), pk=pk).delete()
    messages.success(request, _("The saved filters are removed."))
    return redirect(own_address(request, request.POST.get("next", "")) or "calendar_app:month_page")


@require_http_methods(["GET", "POST"])
def post_again(request: HttpRequest, pk: int) -> HttpResponse:
    """This will ask before something that is out is moved: what happened stays, and a new draft gets the new time."""
    user, now = person(request), timezone.now()
    posts = Post.objects.visible_to(user).select_related("team").filter(state=PostState.PUBLISHED)
    post = get_object_or_404(posts, pk=pk)
    form = MoveForm(request.POST or None, shown=post.planned_at)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and "sure" not in request.POST:
            form, status = MoveForm(None, shown=form.cleaned_data["when"]), 409
        elif form.is_valid():
            try:
                new = write_again(post, actor=user, at=now, when=form.cleaned_data["when"])
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("A new draft says the same. What was out stays where it was."))
                tell_of_the_time(request, new, now)
                return redirect("editorial:post_edit", new.pk)
    context = {"post": post, "form": form, "refusal": refusal}
    return render(request, "calendar_app/post_again.html", context, status=status)


def _edit(request: HttpRequest, note: DayNote) -> HttpResponse:
    initial: dict[str, Any] = {"first_on": request.GET.get("on")} if note.pk is None else {}
    form = DayNoteForm(request.POST or None, instance=note, user=person(request), initial=initial)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                keep_note(form.instance, actor=person(request), at=timezone.now())
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The note stands in the calendar."))
                return redirect(f"{reverse('calendar_app:month_page')}?on={form.instance.first_on}")
    context = {"form": form, "note": note, "refusal": refusal}
    return render(request, "calendar_app/note_edit.html", context, status=status)
