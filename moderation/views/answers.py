from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.doors import do_move, status_of
from core.moves import MoveRefused
from core.request import number_in, person, typed
from moderation.answering import correct_reference, drop_answer, keep_answer, pass_on, save_reply
from moderation.forms.answers import SavedAnswerForm
from moderation.models import Complaint, Reply, SavedAnswer
from moderation.views import comments


@require_POST
def reply_save(request: HttpRequest, pk: int) -> HttpResponse:
    """This will keep what was typed as the answer; refused, the page shows the other's text beside one's own."""
    comment, text = comments.fetch(request, pk), typed(request, "text")
    try:
        save_reply(
            comment,
            actor=person(request),
            at=timezone.now(),
            text=text,
            seen=number_in(request.POST.get("seen", "")) or 0,
        )
    except MoveRefused as refused:
        return comments.page(
            request, comment, refusal=refused.reason, answer_text=text, status=status_of(refused)
        )
    messages.success(request, _("The answer is saved."))
    return redirect(f"{reverse('moderation:comment_page', args=[pk])}#answer")


@require_POST
def reply_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    replies = Reply.objects.visible_to(person(request))
    reply = get_object_or_404(replies.select_related("current"), pk=pk)
    comment = comments.fetch(request, reply.comment_id)
    reply.comment = comment
    return do_move(
        request,
        reply,
        name,
        page=lambda **answer: comments.page(request, comment, **answer),
        to=reverse("moderation:comment_page", args=[comment.pk]),
    )


@require_POST
def complaint_new(request: HttpRequest, pk: int) -> HttpResponse:
    comment, reference = comments.fetch(request, pk), typed(request, "reference")
    try:
        pass_on(comment, actor=person(request), at=timezone.now(), reference=reference)
    except MoveRefused as refused:
        return comments.page(
            request, comment, refusal=refused.reason, reference=reference, status=status_of(refused)
        )
    messages.success(request, _("It is noted that the criticism is passed on."))
    return redirect("moderation:comment_page", pk)


@require_POST
def complaint_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    complaint = get_object_or_404(Complaint.objects.visible_to(person(request)), pk=pk)
    comment = comments.fetch(request, complaint.comment_id)
    return do_move(
        request,
        complaint,
        name,
        page=lambda **answer: comments.page(request, comment, **answer),
        to=reverse("moderation:comment_page", args=[comment.pk]),
        outcome=typed(request, "outcome"),
    )


@require_POST
def complaint_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """This will write the right number over a mistyped one; the history of the comment keeps both."""
    complaint = get_object_or_404(Complaint.objects.visible_to(person(request)), pk=pk)
    comment, reference = comments.fetch(request, complaint.comment_id), typed(request, "reference")
    try:
        correct_reference(
            complaint,
            actor=person(request),
            at=timezone.now(),
            reference=reference,
            seen=number_in(request.POST.get("seen", "")),
        )
    except MoveRefused as refused:
        return comments.page(
            request, comment, refusal=refused.reason, reference=reference, status=status_of(refused)
        )
    messages.success(request, _("The number is corrected. The history keeps the one before."))
    return redirect("moderation:comment_page", comment.pk)


@require_http_methods(["GET", "POST"])
def saved_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """This will list what one's teams have saved to answer with, and keep a new or changed one."""
    user, refusal, status = person(request), "", 200
    answers = SavedAnswer.objects.visible_to(user).select_related("team", "saved_by")
    chosen = get_object_or_404(answers, pk=pk) if pk else None
    start = {"team": chosen.team, "title": chosen.title, "text": chosen.text} if chosen else {}
    form = SavedAnswerForm(request.POST or None, user=user, initial=start)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                keep_answer(actor=user, at=timezone.now(), answer=chosen, **form.cleaned_data)
            except MoveRefused as refused:
                refusal, status = refused.reason, status_of(refused)
            else:
                messages.success(request, _("The answer is kept."))
                return redirect("moderation:saved_page")
    context = {"answers": answers, "chosen": chosen, "form": form, "refusal": refusal, "tab": "saved"}
    return render(request, "moderation/saved_page.html", context, status=status)


@require_POST
def saved_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """This will drop a saved answer of one's own team; answers that were sent stay as they are."""
    user = person(request)
    answer = get_object_or_404(SavedAnswer.objects.visible_to(user), pk=pk)
    try:
        drop_answer(answer, actor=user)
    except MoveRefused:
        return render(request, "403.html", status=403)
    messages.success(request, _("The saved answer is gone."))
    return redirect("moderation:saved_page")
