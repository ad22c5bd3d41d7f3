// A login that nobody uses ends. Keys and pointers say that somebody is here, in any tab; before the end the page asks.

const dialog = document.getElementById("idle");
const { minutes, here: address } = dialog.querySelector("[data-minutes]").dataset;
const headers = JSON.parse(document.body.getAttribute("hx-headers"));
const MOST = Number(minutes) * 60000, WARN = Math.min(120000, MOST / 2), TELL = WARN, LOOK = 15000;
// The server keeps a login this much longer (core/idle.py). To load the page before that would itself be a use of it.
const KEPT = 120000;
const USED = "login-used";
let told = Date.now(), mine = told, isOver = false;
// A form that was refused stands there with what was typed before.
let typed = Boolean(document.getElementById("error-summary"));

// Where the browser keeps nothing for the page, or has no room, each tab counts alone.
function usedAt() {
  try { return Math.max(mine, Number(localStorage.getItem(USED)) || 0); } catch { return mine; }
}

function use(now) {
  mine = now;
  try { localStorage.setItem(USED, now); } catch { /* counted in this tab */ }
}

use(told);

function over() {
  isOver = true;
  // What holds nothing that somebody typed does not stay on a screen that nobody looks at.
  if (!typed) return location.reload();
  dialog.close();
  return document.getElementById("idle-over").showModal();
}

async function tell() {
  told = Date.now();
  const answer = await fetch(address, { method: "POST", headers, redirect: "manual" }).catch(() => null);
  if (answer && !answer.ok) over();
}

function here() {
  const now = Date.now();
  if (isOver || now - usedAt() < 1000) return;
  use(now);
  if (now - told > TELL || dialog.open) tell();
  dialog.close();
}

// Screen readers and voices press buttons and fill in fields without a key or a pointer.
for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchmove", "click", "input"]) {
  document.addEventListener(kind, here, { passive: true });
}
document.addEventListener("input", () => { typed = true; });

setInterval(() => {
  if (isOver) return;
  const left = usedAt() + MOST - Date.now();
  if (left <= -KEPT) over();
  else if (left > WARN) dialog.close();
  else if (!dialog.open) dialog.showModal();
}, LOOK);
