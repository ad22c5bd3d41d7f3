"""A simulated office: people who write, review, plan, register comments and secure evidence, over real HTTP."""

from __future__ import annotations

import io
import random
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests
from django.urls import reverse
from PIL import Image


@dataclass
class Journal:
    """What was answered: by page, how long each took; and the writes that were said to be done."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: list[tuple[str, int, float]] = field(default_factory=list)
    unanswered: int = 0
    done: list[tuple[str, Any]] = field(default_factory=list)

    def note(self, page: str, status: int, took: float) -> None:
        with self.lock:
            self.answers.append((page, status, took))

    def wrote(self, kind: str, what: Any) -> None:
        with self.lock:
            self.done.append((kind, what))


class Person:
    """Somebody with a browser. Every answer is noted; what was not answered is not counted as done."""

    def __init__(self, address: str, session_key: str, journal: Journal, chance: random.Random) -> None:
        self.address, self.journal, self.chance = address, journal, chance
        self.browser = requests.Session()
        self.browser.cookies.set("redaktionen_session", session_key)

    def get(self, page: str, path: str) -> requests.Response | None:
        return self._ask("GET", page, path)

    def post(self, page: str, path: str, data: dict[str, Any], files: Any = None) -> requests.Response | None:
        token = self.browser.cookies.get("csrftoken")
        if token is None:
            self._ask("GET", "account_login", reverse("account_change_password"))
            token = self.browser.cookies.get("csrftoken")
        headers = {"X-CSRFToken": token or "", "Referer": f"{self.address}{path}"}
        return self._ask("POST", page, path, data=data, files=files, headers=headers)

    def _ask(self, method: str, page: str, path: str, **more: Any) -> requests.Response | None:
        began = time.perf_counter()
        try:
            answer = self.browser.request(
                method, f"{self.address}{path}", timeout=30, allow_redirects=False, **more
            )
        except requests.RequestException:
            self.journal.unanswered += 1
            return None
        self.journal.note(page, answer.status_code, time.perf_counter() - began)
        if answer.status_code >= 500:
            time.sleep(0.3)  # people do not press again at once
        return answer


def was_done(answer: requests.Response | None) -> bool:
    """Whether a write was answered as done: it leads on, and not to the login."""
    return answer is not None and answer.status_code == 302 and "login" not in answer.headers["Location"]


def number_in(answer: requests.Response) -> int:
    return int(re.findall(r"\d+", answer.headers["Location"])[-1])


def picture(chance: random.Random) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (48, 32), tuple(chance.randrange(256) for _ in range(3))).save(out, "PNG")
    return out.getvalue()


def write_a_post(writer: Person, editor: Person, channel: int, number: int) -> None:
    """A post from draft to approved: written, sent to review, refused to its author, approved by another."""
    title = f"Post {number}"
    text = {"title": title, "base_text": f"Text of {title}.", f"on_{channel}": "on", "links": ""}
    answer = writer.post("post_new", reverse("editorial:post_new"), text)
    if not was_done(answer):
        return
    pk = number_in(answer)
    writer.journal.wrote("post", (pk, title))
    own = writer.post("post_move", reverse("editorial:post_move", args=[pk, "approve"]), {})
    if was_done(own):
        writer.journal.wrote("approved by its author", pk)
    read = dict.fromkeys(("tone", "wording", "profile"), "yes")
    for person, move, door, typed in (
        (writer, "submit", "post_move", {}),
        (editor, "approve", "review_decide", read),
    ):
        if not was_done(person.post(door, reverse(f"editorial:{door}", args=[pk, move]), typed)):
            return
        writer.journal.wrote("post move", (pk, move))


def handle_a_comment(person: Person, ground: int, number: int) -> None:
    """A comment from found to removed and checked, with a screenshot sealed before."""
    text = f"Comment {number}: I know where you work."
    url = f"https://www.facebook.com/parks/posts/1?comment={number}"
    answer = person.post(
        "comment_new",
        reverse("moderation:comment_new"),
        {"url": url, "kind": "unsuitable", "author_name": "K", "text": text},
    )
    if not was_done(answer):
        return
    pk = number_in(answer)
    person.journal.wrote("comment", (pk, text))
    answer = person.post(
        "case_open", reverse("moderation:case_open", args=[pk]), {"ground": ground, "facts": "A threat."}
    )
    if not was_done(answer):
        return
    case = number_in(answer)
    person.journal.wrote("case", case)
    early = {"seen": "1", "facts": "A threat.", "manifest": "yes", "found_by": "watch"}
    ordered = reverse("moderation:case_move", args=[case, "order_removal"])
    if was_done(person.post("case_move", ordered, early)):
        person.journal.wrote("removed without evidence", case)
    shot = {"screenshot": ("shot.png", picture(person.chance), "image/png")}
    about = {"context": "Below our post.", "shows": "comment"}
    add = person.post("evidence_add", reverse("moderation:evidence_add", args=[case]), about, shot)
    if not was_done(add) or not move_case(person, case, "seal"):
        return
    reasons = {"facts": "It says where she lives.", "manifest": "yes", "found_by": "watch"}
    if not move_case(person, case, "order_removal", **reasons):
        return
    shot = {"screenshot": ("gone.png", picture(person.chance), "image/png")}
    looked = {"result": "gone", "said": "Looked without logging in."}
    if was_done(person.post("case_seen", reverse("moderation:case_seen", args=[case]), looked, shot)):
        move_case(person, case, "check_gone")


def move_case(person: Person, case: int, move: str, **more: str) -> bool:
    """A step of a case as its page offers it. Tells whether it was answered as done."""
    page = person.get("case_page", reverse("moderation:case_page", args=[case]))
    seen = re.search(r'name="seen" value="(\d+)"', page.text) if page is not None else None
    if seen is None:
        return False
    path = reverse("moderation:case_move", args=[case, move])
    done = was_done(person.post("case_move", path, {"seen": seen[1], "note": "Looked at it.", **more}))
    if done:
        person.journal.wrote("case move", (case, move))
    return done
