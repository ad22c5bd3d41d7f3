// Reading by key, and a remark about the words that are marked. Without script the same is done by buttons and fields.

document.querySelectorAll("[data-keys]").forEach((key) => key.removeAttribute("hidden"));

// Alt and Shift are held, so that no key does anything while somebody writes or dictates.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return;
  const target = document.querySelector(`[data-key="${event.code}"]`);
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.click();
  // What was opened is written in at once.
  if (target.matches("details[open] > summary")) target.parentElement.querySelector("textarea, input.input")?.focus();
});

// Words marked in a text are what the next remark is about.
const form = document.getElementById("new-remark");

// The words as they are in the text: a sign that cannot be seen is drawn by its code, and quoted as itself.
function marked(selection) {
  if (!selection.rangeCount) return "";
  const part = selection.getRangeAt(0).cloneContents();
  part.querySelectorAll(".unseen").forEach((mark) => {
    const code = mark.textContent.match(/U\+([0-9A-F]{4,6})$/);
    mark.replaceWith(code ? String.fromCodePoint(parseInt(code[1], 16)) : "");
  });
  return part.textContent.trim();
}

function takeQuote() {
  const selection = getSelection();
  const words = marked(selection);
  const place = selection.anchorNode?.parentElement?.closest("[data-quotable]");
  if (!form || !words || words.length > 300 || !place?.contains(selection.focusNode)) return;
  form.closest("details").open = true;
  form.elements.quote.value = words;
  form.elements.about.value = place.closest("[data-about]").dataset.about;
}

document.addEventListener("mouseup", takeQuote);
document.addEventListener("touchend", () => setTimeout(takeQuote, 300));
document.addEventListener("keyup", (event) => { if (event.shiftKey) takeQuote(); });
