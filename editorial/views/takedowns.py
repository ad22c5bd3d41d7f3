from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from consent.queries import look_alikes
from consent.views.pictures import answer_file
from core.doors import do_move, status_of
from core.moves import MoveRefused, open_moves
from core.request import number_in, person, typed
from core.uploads import HoldingForm, ImageUploadField
from editorial.models import Takedown, TakedownTask
from editorial.takedown_states import TaskState
from editorial.takedowns import PROOFS, take_down


class ProofForm(HoldingForm):
    proof = forms.CharField(
        label=gettext_lazy("How you took it down, and how you saw that it is gone"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )
    screenshot = ImageUploadField(
        label=gettext_lazy("Screenshot"),
        required=False,
        help_text=gettext_lazy("Of the place where it was. JPEG, PNG or WebP, at most 15 MB."),
    )


@require_GET
def takedowns_page(request: HttpRequest) -> HttpResponse:
    """This will list what has to come down, the most urgent first, and below it what is gone."""
    takedowns = Takedown.objects.visible_to(person(request)).select_related("picture")
    left = Count("tasks", filter=~Q(tasks__state=TaskState.CHECKED))
    rows = takedowns.annotate(left=left, count=Count("tasks")).order_by("-left", "due_at", "pk")
    done_last = sorted(rows[:500], key=lambda row: (not row.left, row.due_at, row.pk))
    page_obj = Paginator(done_last, 30).get_page(request.GET.get("page"))
    return render(request, "editorial/takedowns_page.html", {"page_obj": page_obj, "now": timezone.now()})


@require_GET
def takedown_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _fetch(request, pk))


@require_POST
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """This will note that one publication is taken down, with its proof."""
    task, takedown = _task(request, pk)
    form = ProofForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, takedown, bound=(pk, form), status=422)
    seen = request.POST.get("seen", "")
    try:
        take_down(
            task,
            actor=person(request),
            at=timezone.now(),
            seen=number_in(seen),
            **form.cleaned_data,
        )
    except MoveRefused as refused:
        return _page(request, takedown, refusal=refused.reason, bound=(pk, form), status=status_of(refused))
    messages.success(request, _("It is noted. Somebody else checks that it is gone."))
    return redirect("editorial:takedown_page", takedown.pk)


@require_POST
def task_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    task, takedown = _task(request, pk)
    return do_move(
        request,
        task,
        name,
        page=lambda **answer: _page(request, takedown, **answer),
        to=reverse("editorial:takedown_page", args=[takedown.pk]),
    )


@require_GET
@cache_control(private=True, no_store=True)
def task_proof(request: HttpRequest, pk: int) -> HttpResponse:
    task, _takedown = _task(request, pk)
    task = get_object_or_404(TakedownTask.objects.exclude(proof_sha=""), pk=task.pk)
    return answer_file(request, PROOFS, task.proof_sha, task.proof_type, "attachment")


def _fetch(request: HttpRequest, pk: int) -> Takedown:
    takedowns = Takedown.objects.visible_to(person(request)).select_related("picture", "word__signer")
    return get_object_or_404(takedowns, pk=pk)


def _task(request: HttpRequest, pk: int) -> tuple[TakedownTask, Takedown]:
    task = get_object_or_404(
        TakedownTask.objects.select_related("publication__post__team", "takedown"), pk=pk
    )
    return task, _fetch(request, task.takedown_id)


def _page(
    request: HttpRequest,
    takedown: Takedown,
    *,
    refusal: str = "",
    bound: tuple[int, ProofForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """This will show what has to come down. A page holds twenty publications, however many there are."""
    if bound is not None:
        bound[1].hold()
    user = person(request)
    tasks = takedown.tasks.select_related(
        "publication__post__team", "publication__channel__platform", "done_by", "checked_by"
    ).order_by("state", "pk")
    page_obj = Paginator(tasks, 20).get_page(request.GET.get("page"))
    teams: dict[int, bool] = {}
    rows: list[dict[str, Any]] = []
    for task in page_obj.object_list:
        team = task.publication.post.team
        if team.pk not in teams:
            teams[team.pk] = team.has_member(user)
        may = teams[team.pk]
        moves = [] if task.state == TaskState.OPEN or not may else _moves(task, user)
        is_bound = bound is not None and bound[0] == task.pk
        form = (
            bound[1] if bound is not None and is_bound else ProofForm(prefix=None, auto_id=f"id_{task.pk}_%s")
        )
        rows.append({"task": task, "may": may, "moves": moves, "form": form, "is_bound": is_bound})
    context = {
        "takedown": takedown,
        "rows": rows,
        "page_obj": page_obj,
        "look_alikes": look_alikes(takedown.picture, user),
        "left": takedown.tasks.exclude(state=TaskState.CHECKED).count(),
        "now": timezone.now(),
        "refusal": refusal,
        "note": typed(request, "note"),
    }
    return render(request, "editorial/takedown_page.html", context, status=status)


def _moves(task: TakedownTask, user: Any) -> Any:
    return open_moves(task, user, lambda name: reverse("editorial:task_move", args=[task.pk, name]))
