// Many pictures one by one with progress, and places marked in a picture. Both work without script: the files in one
// request, the places as numbers or only in words.

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

// --- one request for each file, so that one that is refused does not stop the others
const sender = document.querySelector("form[data-pictures]");
const added = []; // also those of an earlier round, when the ones that were refused are sent again
let sent = 0;
document.querySelectorAll("[data-without]").forEach((each) => { each.hidden = true; });
if (sender) sender.addEventListener("submit", (event) => {
  const files = [...sender.elements.images.files];
  if (files.length < 2 && !added.length) return;
  event.preventDefault();
  sendAll(files);
});

function sendOne(file, number, count, moved) {
  const data = new FormData(sender);
  data.set("images", file);
  data.set("number", number);
  data.set("count", count);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", location.href);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) moved(event.loaded / event.total); });
    request.addEventListener("load", () => resolve(request.response || { error: fill(sender.dataset.broken, file) }));
    request.addEventListener("error", () => resolve({ error: fill(sender.dataset.broken, file) }));
    request.send(data);
  });
}

// what was wrong with a file; with a link to the picture when it is there already
function refusal(answer) {
  const line = Object.assign(document.createElement("li"), { textContent: `${answer.error} ` });
  if (answer.url) line.append(Object.assign(document.createElement("a"), { href: answer.url, textContent: answer.title }));
  return line;
}

async function sendAll(files) {
  const box = sender.querySelector(".upload-progress");
  const [bar, voice, list] = [box.querySelector("progress"), box.querySelector("[role=status]"), box.querySelector("ul")];
  const button = sender.querySelector(".buttons button");
  const [before, known] = [sent, added.length];
  box.querySelector(":scope > a")?.remove();
  list.replaceChildren();
  box.hidden = false;
  button.disabled = true;
  bar.max = files.length;
  for (const [index, file] of files.entries()) {
    sent += 1;
    voice.textContent = fill(sender.dataset.sending, { number: index + 1, count: files.length, name: file.name });
    const answer = await sendOne(file, sent, before + files.length, (part) => { bar.value = index + part; });
    bar.value = index + 1;
    if (answer.pk) added.push(answer.pk);
    else list.append(refusal(answer));
  }
  button.disabled = false;
  voice.textContent = fill(sender.dataset.done, { count: added.length - known, total: files.length });
  if (!added.length) return;
  const next = `${sender.dataset.next}?pictures=${added.join(",")}`;
  if (added.length - known === files.length) location.assign(next);
  else {
    const link = Object.assign(document.createElement("a"), { href: next, className: "button", textContent: sender.dataset.more });
    box.append(link);
    link.focus();
    sender.elements.images.value = "";
  }
}

// --- a place is dragged over the picture, or moved by the arrow keys; it ends in the four numbers of the form
const marks = document.querySelector("[data-marks]");
const panel = document.querySelector("[data-place-form]");
if (marks && panel) prepareMarks();

function prepareMarks() {
  const fields = Object.fromEntries(["left", "top", "width", "height"].map((side) => [side, panel.querySelector(`[name=${side}]`)]));
  const drawn = marks.querySelector(".mark--new");
  const handle = Object.assign(document.createElement("button"), { type: "button", className: "button button--secondary button--small marks__handle", textContent: marks.dataset.help });
  const box = { left: 45, top: 35, width: 10, height: 15 };
  for (const [name, field] of Object.entries(fields)) if (field.value) box[name] = Number(field.value);
  const within = (value, low, high) => Math.round(Math.min(high, Math.max(low, value)) * 10) / 10;
  let from = null;

  function show() {
    box.width = within(box.width, 1, 100);
    box.height = within(box.height, 1, 100);
    box.left = within(box.left, 0, 100 - box.width);
    box.top = within(box.top, 0, 100 - box.height);
    for (const [name, attribute] of [["left", "x"], ["top", "y"], ["width", "width"], ["height", "height"]]) {
      drawn.setAttribute(attribute, box[name] * 10);
      fields[name].value = box[name];
    }
    panel.open = true;
  }

  function at(event) {
    const area = marks.querySelector("img").getBoundingClientRect();
    return [within((event.clientX - area.left) / area.width * 100, 0, 100), within((event.clientY - area.top) / area.height * 100, 0, 100)];
  }

  marks.after(handle);
  marks.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    from = at(event);
    marks.setPointerCapture(event.pointerId);
  });
  marks.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = at(event);
    Object.assign(box, { left: Math.min(x, from[0]), top: Math.min(y, from[1]), width: Math.abs(x - from[0]), height: Math.abs(y - from[1]) });
    show();
  });
  marks.addEventListener("pointerup", () => {
    if (from && drawn.getAttribute("width") !== "0") panel.querySelector("[name=place]").focus({ preventScroll: true });
    from = null;
  });

  const STEPS = { ArrowLeft: ["left", "width", -1], ArrowRight: ["left", "width", 1], ArrowUp: ["top", "height", -1], ArrowDown: ["top", "height", 1] };
  handle.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { show(); panel.querySelector("[name=place]").focus(); event.preventDefault(); }
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const [side, size, by] = STEPS[event.key];
    box[event.shiftKey ? size : side] += by;
    show();
  });
  handle.addEventListener("click", () => { show(); panel.querySelector("[name=place]").focus(); });
  for (const [name, field] of Object.entries(fields)) {
    field.addEventListener("input", () => {
      box[name] = Number(field.value) || 0;
      drawn.setAttribute({ left: "x", top: "y" }[name] || name, box[name] * 10);
    });
  }
}
