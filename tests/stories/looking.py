"""How a page is looked at: axe, and whether it must be scrolled sideways, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from core.models import User

SCRIPT = Axe().axe_script
WIDE, NARROW = 1440, 320

# axe is laid in once for each document, and tells only what is wrong: all it found right is most of its answer.
_LOOK = """async ([contrast, where]) => {
    axe.configure({rules: [{id: "color-contrast", selector: where}]})
    const asked = {resultTypes: ["violations"], rules: {"color-contrast": {enabled: contrast}}}
    return (await axe.run(document, asked)).violations
        .map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`)
}"""
# Where contrast is asked for: everywhere, or without what stands around every page alike.
WHOLE, CONTENT = "*", "main *"
_SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def faults(page: Page, place: str = "", *, contrast: bool = True, where: str = WHOLE) -> list[str]:
    """This will list what axe finds on the page as it stands, and whether it scrolls sideways."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT)
    found: list[str] = page.evaluate(_LOOK, [contrast, where])
    if page.evaluate(_SIDEWAYS):
        found.append("scrolls sideways")
    return [f"{place or page.url} at {page.viewport_size['width']}: {one}" for one in found]


def faults_wide_and_narrow(page: Page, place: str = "", *, where: str = WHOLE) -> list[str]:
    """This will list the faults in both widths; the page is left narrow.

    Contrast is four fifths of what axe takes. No colour hangs on the words, so a page in Swedish is asked for it where it
    is wide, and the same page in English where it is narrow.
    """
    found, swedish = [], page.locator("html").get_attribute("lang") == "sv"
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 1000})
        found += faults(page, place, contrast=swedish == (width == WIDE), where=where)
    return found


def faults_of_pages(
    page: Page, addresses: Iterable[str], prepare: Callable[[Page], None] = lambda page: None
) -> list[str]:
    """This will list the faults of each page in both languages and both widths. Everybody then reads English.

    `prepare` opens what is folded. The contrast of what stands around every page is asked for on the first.
    """
    found, pages = [], list(addresses)
    for language in ("sv", "en"):
        User.objects.update(language=language)
        for address in pages:
            page.goto(address)
            prepare(page)
            found += faults_wide_and_narrow(page, where=WHOLE if address == pages[0] else CONTENT)
    return found
