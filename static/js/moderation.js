// What makes the moderation quicker. Everything here is extra: each page works without it.

const KINDS = ["question", "praise", "criticism", "unsuitable", "illegal"];
const OFF = "moderation-shortcuts-off";
const HERE = "moderation-row";

// Triage by keys, in the inbox. They can be switched off, and never act while somebody writes.
const list = document.querySelector("[data-triage]");
if (list) {
  const rows = [...list.querySelectorAll("[data-row]")];
  const form = document.getElementById("triage-form");
  const box = document.querySelector("[data-shortcuts]");
  const toggle = document.getElementById("shortcuts-on");
  let here = -1;
  box.hidden = false;
  toggle.checked = !localStorage.getItem(OFF);
  box.open = toggle.checked && matchMedia("(min-width: 60em)").matches; // a phone has no keys
  toggle.addEventListener("change", () => {
    if (toggle.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
  const go = (to) => {
    here = Math.max(0, Math.min(rows.length - 1, to));
    rows.forEach((row, number) => row.classList.toggle("row--here", number === here));
    rows[here].querySelector("a").focus();
  };
  const post = (address, kind) => {
    form.action = address.replace("/0/", `/${rows[here].dataset.row}/`);
    form.elements.kind.value = kind || "";
    sessionStorage.setItem(HERE, JSON.stringify([rows[here].dataset.row, here]));
    form.submit();
  };
  // After a step the page comes back: on the same comment, or on the one that took its place.
  const [was, place] = JSON.parse(sessionStorage.getItem(HERE) || "[]");
  sessionStorage.removeItem(HERE);
  if (was && toggle.checked) {
    const found = rows.findIndex((row) => row.dataset.row === was);
    go(found < 0 ? place : found);
  }
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, textarea, select, [contenteditable]");
    if (!toggle.checked || writing || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "j") go(here + 1);
    else if (key === "k") go(here - 1);
    else if (key === "n") location.assign(document.querySelector(".page-head .button").href);
    else if (here < 0) return;
    else if (key === "o") rows[here].querySelector("a").click();
    else if (key === "t") post(form.dataset.claim);
    else if (KINDS[Number(key) - 1]) post(form.dataset.kind, KINDS[Number(key) - 1]);
    else return;
    event.preventDefault();
  });
}

// What belongs to a case is asked for when the kind is one that may have to go.
const register = document.querySelector("[data-register]");
if (register) {
  const part = register.querySelector("[data-when-case]");
  const refresh = () => {
    const kind = register.elements.kind.value;
    const mayHaveToGo = ["unsuitable", "illegal"].includes(kind) || register.elements.ground.value !== "";
    register.elements.ground.required = kind === "illegal";
    part.hidden = !mayHaveToGo && !part.querySelector(".field--invalid");
    const warning = part.querySelector("[data-never-copied]");
    const ground = register.elements.ground.value;
    const never = ground !== "" && warning.dataset.neverCopied.split(" ").includes(ground);
    warning.hidden = !never;
    part.querySelector("[data-copied]").hidden = never;
    // What was chosen before must not go along unseen.
    part.querySelectorAll("[data-copied] input").forEach((input) => { input.disabled = never; });
  };
  register.addEventListener("change", refresh);
  refresh();
}

// Boxes are drawn on the picture; what counts is the text field.
const mask = document.querySelector("[data-mask]");
if (mask) {
  const field = document.getElementById(mask.dataset.mask);
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "mask__boxes");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  mask.append(svg);
  const draw = (boxes) => svg.replaceChildren(...boxes.map(([x, y, width, height]) => {
    const rect = document.createElementNS(space, "rect");
    Object.entries({ x, y, width, height }).forEach(([name, value]) => rect.setAttribute(name, value));
    return rect;
  }));
  const read = () => field.value.split("\n").map((line) => line.trim().replace(/,/g, ".").split(/\s+/).map(Number))
    .filter((box) => box.length === 4 && box.every(Number.isFinite));
  const at = (event) => {
    const frame = svg.getBoundingClientRect();
    return [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height]
      .map((part) => Math.round(1000 * Math.max(0, Math.min(1, part))) / 10);
  };
  const between = ([x, y], [x2, y2]) => [Math.min(x, x2), Math.min(y, y2), Math.abs(x - x2), Math.abs(y - y2)];
  let start = null;
  svg.addEventListener("pointerdown", (event) => { start = at(event); svg.setPointerCapture(event.pointerId); });
  svg.addEventListener("pointermove", (event) => { if (start) draw([...read(), between(start, at(event))]); });
  svg.addEventListener("pointerup", (event) => {
    const box = start && between(start, at(event)).map((side) => Math.round(side * 10) / 10);
    start = null;
    if (box && box[2] > 0.5 && box[3] > 0.5) field.value = `${field.value.trim()}\n${box.join(" ")}`.trim();
    draw(read());
  });
  field.addEventListener("input", () => draw(read()));
  draw(read());
}

// A bookmark is to be dragged; a click on it here does nothing.
document.querySelector("[data-bookmarklet]")?.addEventListener("click", (event) => event.preventDefault());
