// What makes the pages quicker to work with. Everything here is extra: each page works without it.

const words = document.body.dataset;

function say(text, place) {
  let voice = place || document.getElementById("voice");
  if (!voice) {
    voice = Object.assign(document.createElement("p"), { id: "voice", className: "hidden" });
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = "";
  setTimeout(() => { voice.textContent = text; }, 50);
}

// Time left, in the same words as the server's.
function spanInWords(milliseconds) {
  const minutes = Math.max(1, Math.floor(Math.abs(milliseconds) / 60000));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = days ? [[words.days, days], [words.hours, hours]] : [[words.hours, hours], [words.minutes, rest]];
  return parts.filter(([, count]) => count).map(([text, count]) => text.replace("{n}", count)).join(" ");
}

function refreshCountdowns() {
  for (const time of document.querySelectorAll("time[data-countdown]")) {
    const left = new Date(time.dateTime) - Date.now();
    const text = (left > 0 ? words.left : words.late).replace("{time}", spanInWords(left));
    if (time.textContent !== text) time.textContent = text;
    const box = time.closest(".countdown");
    if (box && left <= 0) {
      box.classList.remove("countdown--calm", "countdown--soon");
      box.classList.add("countdown--late");
    }
  }
}
setInterval(refreshCountdowns, 30000);

// Ctrl+K leads to the search, from anywhere.
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const box = [document.getElementById("search"), document.getElementById("q")].find((field) => field && field.offsetParent);
  // On a narrow page, or one enlarged until it is narrow, the box stands on a page of its own.
  const way = document.querySelector(".menu__search a");
  if (!box && !way) return;
  event.preventDefault();
  if (!box) {
    location.assign(`${way.href}#q`);
    return;
  }
  box.focus();
  box.select();
});

// What a browser says of a field that lacks something is in its own language; this says it in the page's.
function complaint({ type, validity }) {
  if (validity.valueMissing) return ["radio", "checkbox", "file", "select-one"].includes(type) ? words.choose : words.missing;
  if (validity.typeMismatch) return type === "url" ? words.address : words.email;
  return validity.badInput ? words.unfit : "";
}
document.addEventListener("invalid", (event) => {
  event.target.setCustomValidity("");
  event.target.setCustomValidity(complaint(event.target));
}, true);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  for (const field of button && button.form ? button.form.elements : []) field.setCustomValidity("");
}, true);

// Menus close on Escape and when one clicks elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[data-menu][open]");
  closeMenus();
  if (open) open.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details[data-menu]"));
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier);
});

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  const text = source.value === undefined ? source.textContent.trim() : source.value;
  try {
    await navigator.clipboard.writeText(text);
    say(words.copied);
    const label = button.querySelector("[data-label]") || button;
    const before = label.textContent;
    if (before !== words.copied) {
      label.textContent = words.copied;
      setTimeout(() => { label.textContent = before; }, 3000);
    }
  } catch {
    getSelection().selectAllChildren(source);
  }
}

// A picture may be chosen, dropped or pasted; all three end in the file field.
function take(upload, file) {
  const input = upload.querySelector("input[type=file]");
  const transfer = new DataTransfer();
  transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function named(file) {
  if (file.name && file.name !== "image.png") return file;
  const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
  return new File([file], `${stamp}.${file.type.split("/")[1]}`, { type: file.type });
}

function show(upload, file) {
  const preview = upload.querySelector(".upload__preview");
  for (const old of preview.querySelectorAll("img")) URL.revokeObjectURL(old.src);
  preview.replaceChildren();
  if (!file) return say("", upload.querySelector(".upload__said"));
  if (file.type.startsWith("image/")) {
    preview.append(Object.assign(document.createElement("img"), { src: URL.createObjectURL(file), alt: "" }));
  }
  return say(words.chosen.replace("{name}", file.name), upload.querySelector(".upload__said"));
}

function prepareUpload(upload) {
  if (upload.dataset.ready) return;
  upload.dataset.ready = "yes";
  const drop = upload.querySelector(".upload__drop");
  const over = (on) => drop.classList.toggle("upload__drop--over", on);
  upload.querySelector(".upload__how").hidden = false;
  upload.querySelector("input[type=file]").addEventListener("change", (event) => show(upload, event.target.files[0]));
  drop.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
  drop.addEventListener("dragleave", () => over(false));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer.files[0]) take(upload, event.dataTransfer.files[0]);
  });
}

document.addEventListener("paste", (event) => {
  const active = document.activeElement;
  const here = active?.closest("[data-upload]") || active?.closest("form")?.querySelector("[data-upload]");
  const upload = here || document.querySelector("[data-upload]");
  const file = [...(event.clipboardData?.files || [])].find((one) => one.type.startsWith("image/"));
  // What is copied from Word or Excel is text and a picture of it: whoever stands in a text means the text.
  const writing = event.target.closest?.("textarea, input:not([type=file])") && event.clipboardData.types.includes("text/plain");
  if (!upload || !file || writing) return;
  event.preventDefault();
  for (let part = upload.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  take(upload, named(file));
  upload.scrollIntoView({ block: "nearest" });
});

function prepare(root) {
  root.querySelectorAll("[data-upload]").forEach(prepareUpload);
}

function attend(part) {
  if (!part) return;
  part.focus({ preventScroll: true });
  const { top, bottom } = part.getBoundingClientRect();
  const outside = top < 0 || bottom > window.innerHeight;
  if (part.matches(".error-summary") && outside) part.scrollIntoView({ block: "center", behavior: "instant" });
}

// A whole page moves the focus only to its faults; a part that comes in, to where one goes on.
prepare(document);
attend(document.querySelector("#error-summary"));
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt === document.body) return;
  prepare(elt);
  attend(elt.querySelector("[data-focus]"));
});
