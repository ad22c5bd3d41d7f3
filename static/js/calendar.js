// Moves a post to another day: by dragging its chip, or by the arrow keys on its clock. The server does the moving;
// without script the clock leads to a page with the same choice.

const words = document.querySelector("[data-calendar]").dataset;
const cells = [...document.querySelectorAll(".cell")];
const voice = Object.assign(document.createElement("p"), { className: "hidden" });
voice.setAttribute("role", "status");
document.body.append(voice);

let moving = null; // the chip that is held
let target = null; // the cell it would land in

const dayOf = (cell) => cell.querySelector("time").dateTime;

function aim(cell) {
  if (target) target.classList.remove("cell--target");
  target = cell;
  if (!cell) return;
  cell.classList.add("cell--target");
  cell.scrollIntoView({ block: "nearest" });
}

function take(chip) {
  moving = chip;
  chip.classList.add("chip--moving");
  aim(chip.closest(".cell"));
}

function letGo() {
  if (moving) moving.classList.remove("chip--moving");
  moving = null;
  aim(null);
}

// By key: the page that comes back gives the focus to the same post.
const HELD = "calendar-held";

function land(byKey) {
  const from = moving.closest(".cell");
  if (!target || target === from) return letGo();
  const form = document.getElementById("move-form");
  form.action = moving.querySelector(".chip__move").getAttribute("href");
  form.elements.seen.value = moving.dataset.seen;
  form.elements.on.value = dayOf(target);
  if (byKey) sessionStorage.setItem(HELD, moving.id);
  form.submit();
}

function say(text) {
  voice.textContent = "";
  setTimeout(() => { voice.textContent = text; }, 50);
}

for (const chip of document.querySelectorAll(".chip:has(.chip__move)")) {
  chip.draggable = true;
  chip.addEventListener("dragstart", (event) => {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", chip.id);
    take(chip);
  });
  chip.addEventListener("dragend", letGo);
}

for (const cell of cells) {
  cell.addEventListener("dragover", (event) => {
    if (!moving) return;
    event.preventDefault();
    aim(cell);
  });
  cell.addEventListener("drop", (event) => {
    event.preventDefault();
    if (moving) land();
  });
}

// By channel a row is a channel: up and down would change nothing that can be moved.
const rows = document.querySelector(".week-channels") ? {} : { ArrowUp: -7, ArrowDown: 7 };
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ...rows };

document.addEventListener("keydown", (event) => {
  const handle = event.target.closest(".chip__move");
  if (!handle) return;
  if (event.key in STEPS) {
    event.preventDefault();
    const chip = handle.closest(".chip");
    if (moving !== chip) take(chip);
    const next = cells[cells.indexOf(target) + STEPS[event.key]];
    if (!target) aim(cells[0]);
    else if (next) aim(next);
    say(words.aim.replace("{day}", target.querySelector("time").textContent.trim()));
  } else if (moving && event.key === "Enter") {
    event.preventDefault();
    land(true);
  } else if (moving && event.key === "Escape") {
    letGo();
    say(words.stopped);
  }
});

document.addEventListener("focusout", (event) => {
  if (moving && event.target.closest(".chip__move") && !event.target.closest("[draggable]:active")) letGo();
});

const held = sessionStorage.getItem(HELD);
sessionStorage.removeItem(HELD);
if (held) document.getElementById(held)?.querySelector(".chip__move")?.focus();
