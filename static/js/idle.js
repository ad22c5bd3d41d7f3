// A login that nobody uses ends. Keys and pointers say that somebody is here, in any tab; before the end the page asks.

const dialog = document.getElementById("idle");
const { minutes, here: address } = dialog.querySelector("[data-minutes]").dataset;
const headers = JSON.parse(document.body.getAttribute("hx-headers"));
const MOST = Number(minutes) * 60000, WARN = Math.min(120000, MOST / 2), TELL = WARN, LOOK = 15000;
const USED = "login-used";
let told = Date.now(), typed = false, isOver = false;

const usedAt = () => Number(localStorage.getItem(USED));
localStorage.setItem(USED, Date.now());

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
  localStorage.setItem(USED, now);
  if (now - told > TELL || dialog.open) tell();
  dialog.close();
}

for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"]) {
  document.addEventListener(kind, here, { passive: true });
}
document.addEventListener("input", () => { typed = true; });

setInterval(() => {
  if (isOver) return;
  const left = usedAt() + MOST - Date.now();
  if (left <= 0) over();
  else if (left > WARN) dialog.close();
  else if (!dialog.open) dialog.showModal();
}, LOOK);
