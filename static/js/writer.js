// The page where posts are written: counts while one types, saves by itself, and moves rows. All of it works without.

import { makeCounter } from "./counting.js";

const WAIT = 1500;
const PING = 20000;
const SETTLED = 1500; // by then the page that was left has said so, which it may do after this one has come
const form = document.querySelector("[data-writer]");

// As the server writes it: thousands apart, the way the page's language does.
const inWords = (number) => number.toLocaleString(document.documentElement.lang);

const clean = (text) => text.replaceAll("\r\n", "\n").trim();

// An address as it is stored: https:// may be left out.
const withScheme = (link) => (link.split("/")[0].includes(":") ? link : `https://${link}`);

// The text on each channel, and how its platform counts it.
function prepareChannels() {
  const { channels, patterns } = JSON.parse(form.dataset.counting);
  const boxes = [...form.querySelectorAll("[data-channel]")].map((box) => ({
    box,
    on: box.querySelector("[type=checkbox]"),
    own: box.querySelector("textarea"),
    counter: makeCounter(channels[box.dataset.channel], patterns),
    limit: channels[box.dataset.channel].limit,
  }));

  function show({ box, own, counter, limit }, shared) {
    const text = clean(own.value) || shared.text;
    const length = counter.length(counter.asPublished(text, shared.byline, shared.links));
    const shown = box.querySelector("[data-counter]");
    shown.textContent = form.dataset.counted.replace("{length}", inWords(length)).replace("{limit}", inWords(limit));
    shown.classList.toggle("counter--over", length > limit);
  }

  function showAll() {
    const links = [...form.querySelectorAll("[data-rows=links] input[name$='-url']")];
    const shared = {
      text: clean(form.elements.base_text.value),
      byline: form.elements.byline.value,
      links: [...new Set(links.map((link) => link.value.trim()).filter(Boolean).map(withScheme))],
    };
    boxes.forEach((one) => show(one, shared));
  }

  function choose(how, number) {
    const { box, on, own } = boxes.find((one) => one.box.dataset.channel === number);
    const isOwn = how === "own";
    own.value = isOwn ? form.elements.base_text.value : "";
    on.checked = true;
    box.classList.toggle("channel--own", isOwn);
    box.querySelector("[data-own-text]").hidden = !isOwn;
    box.querySelector("[data-state]").textContent = isOwn ? form.dataset.own : form.dataset.follows;
    box.querySelector("[value^='own:']").hidden = isOwn;
    box.querySelector("[value^='follow:']").hidden = !isOwn;
    (isOwn ? own : box.querySelector("[value^='own:']")).focus();
  }

  function tell(findings) {
    for (const { box } of boxes) {
      const list = box.querySelector("[data-findings]");
      const found = findings[box.dataset.channel]?.findings || [];
      list.replaceChildren(...found.map(({ text, stops }) => {
        return Object.assign(document.createElement("li"), { textContent: text, className: stops ? "channel__stop" : "" });
      }));
    }
  }
  return { showAll, choose, tell };
}

// Rows of links and pictures: moved, taken out, and one more when the last is used.
const rowsOf = (list) => [...list.querySelectorAll(":scope > [data-row]")];
const fieldsOf = (row) => [...row.querySelectorAll("input, select, textarea")];
const isEmpty = (row) => !row.querySelector("[name$='-picture']") && fieldsOf(row).every((each) => each.type === "hidden" || !each.value);

function renumber(list) {
  const prefix = list.dataset.rows;
  rowsOf(list).forEach((row, number) => {
    for (const each of row.querySelectorAll(`[name^='${prefix}-'], [id*='${prefix}-'], [for*='${prefix}-']`)) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = each.getAttribute(name);
        if (value) each.setAttribute(name, value.replaceAll(new RegExp(`${prefix}-\\d+-`, "g"), `${prefix}-${number}-`));
      }
    }
    for (const button of row.querySelectorAll("[data-arrange]")) {
      button.value = button.value.replace(/\d+$/, number);
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/\d+$/, number + 1));
    }
    const order = row.querySelector("[name$='-ORDER']");
    if (order) order.value = number + 1;
    row.classList.toggle("rows__row--new", isEmpty(row));
  });
  const count = rowsOf(list).length;
  form.elements[`${prefix}-TOTAL_FORMS`].value = count;
  form.elements[`${prefix}-INITIAL_FORMS`].value = count;
}

function growRows(list) {
  if (list.dataset.rows !== "links") return;
  const rows = rowsOf(list);
  const last = rows.at(-1);
  const most = Number(form.elements[`${list.dataset.rows}-MAX_NUM_FORMS`].value);
  if (!last || isEmpty(last) || rows.length >= most) return;
  const fresh = last.cloneNode(true);
  fieldsOf(fresh).forEach((each) => { each.value = ""; });
  fresh.querySelectorAll(".field__error").forEach((each) => each.remove());
  list.append(fresh);
}

function arrangeRow(what, how, number) {
  const list = form.querySelector(`[data-rows='${what}']`);
  const row = rowsOf(list)[number];
  if (how === "up" && row.previousElementSibling) row.previousElementSibling.before(row);
  if (how === "down" && row.nextElementSibling && !isEmpty(row.nextElementSibling)) row.nextElementSibling.after(row);
  let next = row.querySelector(`[value*=':${how}:']`);
  if (how === "out") {
    next = fieldsOf(row.nextElementSibling || row.previousElementSibling || row).find((each) => each.type !== "hidden");
    if (!next?.isConnected || row.contains(next)) next = list.parentElement.querySelector("[data-focus]") || next;
    if (rowsOf(list).length > 1 || what === "pictures") row.remove();
    else fieldsOf(row).forEach((each) => { each.value = ""; });
  }
  renumber(list);
  next?.focus();
}

// The draft that saves itself: one request at a time, and never over what somebody else stored.
function prepareSaving(channels) {
  const shown = form.querySelector("[data-said]");
  const voice = form.querySelector("[data-voice]");
  let timer, busy = false, again = false, kind = "", stopped = "byHand" in form.dataset, underWay = Promise.resolve();

  function say(text, now) {
    shown.textContent = text;
    shown.classList.toggle("writer__said--bad", now === "bad");
    if (now !== kind && now !== "wait") voice.textContent = text;
    if (now !== "wait") kind = now;
  }

  function settle(answer) {
    form.elements.seen.value = answer.seen;
    form.elements.marks.value = answer.marks;
    form.dataset.presence = answer.presence;
    if (form.dataset.action !== answer.action) {
      form.dataset.action = answer.action;
      form.action = answer.action;
      history.replaceState(null, "", answer.action);
    }
    showOthers(answer.others);
    channels.tell(answer.channels);
    const warned = form.querySelector("[data-warnings]");
    warned.replaceChildren(...answer.warnings.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  }

  function save() {
    if (busy) { again = true; return; }
    busy = true;
    underWay = send();
  }

  async function send() {
    again = false;
    say(form.dataset.saving, "wait");
    const body = new FormData(form);
    body.append("by_itself", "1");
    try {
      const response = await fetch(form.dataset.action, { method: "POST", body, redirect: "manual" });
      if (response.type === "opaqueredirect" || response.status === 403) {
        stopped = true;
        say(form.dataset.loggedout, "bad");
      } else if (!response.headers.get("content-type")?.includes("json")) {
        throw new Error(String(response.status));
      } else {
        const answer = await response.json();
        if (response.ok) settle(answer);
        stopped = response.status === 409;
        say(answer.said, response.ok ? "ok" : "bad");
      }
    } catch {
      say(form.dataset.offline, "bad");
      clearTimeout(timer);
      timer = setTimeout(save, 5 * WAIT);
    }
    busy = false;
    if (again && !stopped) save();
  }

  return {
    soon() {
      if (stopped) return;
      say(form.dataset.unsaved, "wait");
      clearTimeout(timer);
      timer = setTimeout(save, WAIT);
    },
    stop() { stopped = true; clearTimeout(timer); },
    // What is on its way is answered first: the form then says which version it has seen.
    get isBusy() { return busy; },
    async settled() { this.stop(); await underWay; },
    get waits() { return busy || again || shown.textContent === form.dataset.unsaved || kind === "bad"; },
  };
}

// Who else is here.
function showOthers(words) {
  const place = document.querySelector("[data-others]");
  if (place.textContent !== words) place.textContent = words;
}

async function ping() {
  if (!form.dataset.presence || document.hidden) return;
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const response = await fetch(form.dataset.presence, { method: "POST", body, redirect: "manual" });
    if (response.ok) showOthers((await response.json()).others);
  } catch { /* said by the saving, when there is something to save */ }
}

function leave() {
  if (!form.dataset.presence) return;
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("leave", "1");
  navigator.sendBeacon(form.dataset.presence, body);
}

function begin() {
  const channels = prepareChannels();
  const saving = prepareSaving(channels);
  let sent = false;

  form.classList.add("writer--live");
  form.querySelectorAll("[data-rows]").forEach(renumber);
  channels.showAll();

  form.addEventListener("input", (event) => {
    if (event.target.name === "pick_search") return;
    const list = event.target.closest("[data-rows]");
    if (list) { growRows(list); renumber(list); }
    const part = event.target.name && form.querySelector(`[name='take_${CSS.escape(event.target.name)}'][value=mine]`);
    // Where both changed the text, typing on is no choice between the two.
    if (part && form.querySelector(`[name='${CSS.escape(part.name)}']:checked`)) part.checked = true;
    channels.showAll();
    saving.soon();
  });

  async function browse(button) {
    const body = new FormData(form);
    body.append("arrange", button.value);
    try {
      const response = await fetch(form.dataset.action, { method: "POST", body, redirect: "manual" });
      if (!response.ok) throw new Error(String(response.status));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      form.querySelector("[data-pictures]").replaceWith(page.querySelector("[data-pictures]"));
    } catch {
      form.requestSubmit(button);
      return;
    }
    form.querySelectorAll("[data-rows]").forEach(renumber);
    form.querySelector("[data-pictures] [data-focus]").focus();
    if (button.value.endsWith(":add")) saving.soon();
  }

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.name !== "pick_search") return;
    event.preventDefault();
    browse(form.querySelector("[data-browse]"));
  });

  form.addEventListener("click", (event) => {
    const asks = event.target.closest("[data-browse]");
    if (asks) { event.preventDefault(); browse(asks); return; }
    const button = event.target.closest("[data-arrange]");
    if (!button) return;
    event.preventDefault();
    const [what, how, number] = button.value.split(":");
    if (number === undefined) channels.choose(what, how);
    else arrangeRow(what, how, Number(number));
    channels.showAll();
    saving.soon();
  });

  form.addEventListener("submit", async (event) => {
    sent = true;
    if (!saving.isBusy) { saving.stop(); return; }
    event.preventDefault();
    await saving.settled();
    form.requestSubmit(event.submitter);
  });
  addEventListener("beforeunload", (event) => { if (!sent && saving.waits) event.preventDefault(); });
  addEventListener("pagehide", leave);
  setTimeout(ping, SETTLED);
  setInterval(ping, PING);
}

if (form) begin();
