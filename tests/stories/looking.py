"""How a page is looked at: axe, and whether it must be scrolled sideways, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Page

from core.models import User

SCRIPT = Axe().axe_script
WIDE, NARROW = 1440, 320

# Contrast is four fifths of what axe takes, and hangs on colours, size and weight and on what lies behind: what has been
# asked for once need not be asked for again. What is placed over something else is asked for each time. axe tells only
# what is wrong: all it found right is most of its answer.
_LOOK = """async (asked) => {
    const behind = new Map(), seen = new Set(asked), fresh = []
    const laid = (element) => {
        if (!element) return ""
        if (!behind.has(element)) {
            const style = getComputedStyle(element), around = laid(element.parentElement)
            const own = [style.backgroundColor, style.backgroundImage, style.opacity].join(" ")
            const floats = around === null || ["absolute", "fixed", "sticky"].includes(style.position)
            behind.set(element, floats ? null : own === "rgba(0, 0, 0, 0) none 1" ? around : `${around} / ${own}`)
        }
        return behind.get(element)
    }
    for (const element of document.body.querySelectorAll("*")) {
        const speaks = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
        if (!speaks && !element.matches("input, select, textarea")) continue
        const style = getComputedStyle(element), under = laid(element)
        const how = [style.color, style.fontSize, style.fontWeight, style.textShadow, under].join("; ")
        if (under !== null && seen.has(how)) continue
        if (under !== null) fresh.push(how)
        seen.add(how)
        element.setAttribute("data-look", "")
    }
    axe.configure({rules: [{id: "color-contrast", selector: "[data-look]"}]})
    const wrong = (await axe.run(document, {resultTypes: ["violations"]})).violations
    document.querySelectorAll("[data-look]").forEach((element) => element.removeAttribute("data-look"))
    return [fresh, wrong.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`)]
}"""
_SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def faults(page: Page, place: str = "", *, seen: set[str] | None = None) -> list[str]:
    """This will list what axe finds on the page as it stands, and whether it scrolls sideways.

    `seen` is whose contrast has been asked for on pages before, and grows; without it everything is asked for. A page that
    is still on its way is waited for.
    """
    page.wait_for_load_state()
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT)
    known = set() if seen is None else seen
    fresh, found = page.evaluate(_LOOK, list(known))
    known.update(fresh)
    if page.evaluate(_SIDEWAYS):
        found.append("scrolls sideways")
    return [f"{place or page.url} at {page.viewport_size['width']}: {one}" for one in found]


def faults_wide_and_narrow(
    page: Page, place: str = "", *, seen: set[str] | None = None, widths: Iterable[int] = (WIDE, NARROW)
) -> list[str]:
    """This will list the faults in both widths; the page is left narrow."""
    found, known = [], set() if seen is None else seen
    for width in widths:
        page.set_viewport_size({"width": width, "height": 1000})
        found += faults(page, place, seen=known)
    return found


def faults_of_pages(
    page: Page,
    addresses: Iterable[str],
    prepare: Callable[[Page], None] = lambda page: None,
    *,
    seen: set[str] | None = None,
) -> list[str]:
    """This will list the faults of each page in both widths and both languages. Everybody then reads English.

    What a page looks like does not hang on the database: on PostgreSQL each is looked at in Swedish alone, narrow.
    `prepare` opens what is folded.
    """
    found, pages, known = [], list(addresses), set() if seen is None else seen
    embedded = connection.vendor == "sqlite"
    languages, widths = (("sv", "en"), (WIDE, NARROW)) if embedded else (("sv",), (NARROW,))
    page.add_init_script(SCRIPT)  # quicker than to hand it over for each page
    for language in languages:
        User.objects.update(language=language)
        for address in pages:
            page.goto(address)
            prepare(page)
            found += faults_wide_and_narrow(page, seen=known, widths=widths)
    User.objects.update(language="en")
    return found
