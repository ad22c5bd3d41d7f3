// An export of up to 2 GB goes up piece by piece, and goes on where it broke off. Without this it is a plain form.

const form = document.querySelector("form[data-export]");

function token() {
  return form.querySelector("[name=csrfmiddlewaretoken]").value;
}

async function ask(address, body, headers = {}) {
  const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token(), ...headers } });
  return { ok: answer.ok, status: answer.status, facts: await answer.json().catch(() => ({})) };
}

function show(file, received) {
  const bar = form.querySelector("progress");
  const said = form.querySelector(".export-progress [role=status]");
  const mega = (bytes) => Math.round(bytes / 1048576);
  bar.value = file.size ? (100 * received) / file.size : 0;
  const words = received === file.size ? form.dataset.checking : form.dataset.going.replace("{part}", mega(received)).replace("{whole}", mega(file.size));
  if (said.textContent !== words) said.textContent = words;
}

function pause(seconds) {
  return new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
}

// A piece that fails is tried again, rarer each time; the server says from where to go on.
async function sendPiece(address, file, received, length) {
  for (let attempt = 0; attempt < 6; attempt += 1) {
    try {
      const piece = file.slice(received, received + length);
      const { ok, status, facts } = await ask(address, piece, { "Upload-Offset": String(received), "Content-Type": "application/octet-stream" });
      if (ok || (status === 409 && typeof facts.received === "number" && facts.received > received)) return facts.received;
      if (status < 500) throw Object.assign(new Error(facts.error), { final: true });
    } catch (problem) {
      if (problem.final) throw problem;
    }
    await pause(2 ** attempt);
  }
  throw new Error(form.dataset.failed);
}

async function send(file) {
  const begun = await ask(form.dataset.export, new URLSearchParams({ name: file.name, size: String(file.size), changed: String(file.lastModified) }));
  if (!begun.ok) throw new Error(begun.facts.error || form.dataset.failed);
  const address = `${form.dataset.export}${begun.facts.upload}/`;
  let { received } = begun.facts;
  show(file, received);
  while (received < file.size) {
    received = await sendPiece(address, file, received, begun.facts.piece);
    show(file, received);
  }
  const done = await ask(`${address}finish/`, new URLSearchParams());
  if (!done.ok) throw new Error(done.facts.error || form.dataset.failed);
}

if (form) {
  form.addEventListener("submit", async (event) => {
    const file = form.querySelector("[type=file]").files[0];
    if (!file) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    form.querySelector(".export-progress").hidden = false;
    try {
      await send(file);
      window.location.reload();
    } catch (problem) {
      // What the browser says of a broken line is in no language of ours.
      const ours = problem.message && !(problem instanceof TypeError);
      form.querySelector(".export-progress [role=status]").textContent = ours ? problem.message : form.dataset.failed;
      button.disabled = false;
    }
  });
}
