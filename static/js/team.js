// Min dag stays fresh by itself, but never under somebody's hands.

const busy = (day) => day.contains(document.activeElement) || [...day.querySelectorAll("input[type=url]")].some((field) => field.value);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "day" && (document.hidden || busy(event.target))) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "day") return;
  // Led elsewhere, such as to the login when the old one is over: the whole page goes there, not only this part of it.
  const elsewhere = new URL(event.detail.xhr.responseURL).pathname !== location.pathname;
  if (elsewhere || busy(event.target)) event.detail.shouldSwap = false;
  if (elsewhere) location.reload();
});
// Back from another window: what was done there shows at once.
document.addEventListener("visibilitychange", () => {
  const day = document.getElementById("day");
  if (day && !document.hidden) day.dispatchEvent(new CustomEvent("day:fresh"));
});
