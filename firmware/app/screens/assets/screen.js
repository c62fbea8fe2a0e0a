// Draws the view it is sent, reports touches. Holds no state but the present view (docs/reference/screen-protocol.md).
"use strict";

const RETRY_MS = 1000;
const home = document.body.dataset.home; // empty: this page is the home
const part = (id) => document.getElementById(id);
const drawn = {}; // region -> JSON of what it shows, so that an update leaves untouched regions (and fingers on them) alone
let socket = null;
let view = null;
let ticking = 0;
let wish = new URLSearchParams(location.search).get("lang"); // the language chosen on the page that sent the person here

function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function region(id, what, build) {
  const json = JSON.stringify(what);
  if (drawn[id] === json) return;
  drawn[id] = json;
  const focused = document.activeElement?.dataset?.button;
  const at = part(id);
  at.replaceChildren(...build());
  at.hidden = at.childElementCount === 0 && at.textContent === "";
  if (focused) at.querySelector(`[data-button="${CSS.escape(focused)}"]`)?.focus();
}

function say(id, text) {
  if (part(id).textContent !== text) part(id).textContent = text;
  part(id).hidden = text === "";
}

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

const tap = (button) => send({ type: "tap", view: view.id, button });

function picture(name) {
  const template = part(`picture-${name}`);
  return template ? [template.content.cloneNode(true)] : [];
}

function touch(button) {
  const made = element("button", "", { type: "button", "data-button": button.id, class: button.kind });
  made.disabled = button.enabled === false;
  if (button.picture && button.picture !== "none") made.append(...picture(button.picture));
  const words = element("span");
  words.append(element("b", button.label));
  if (button.detail) words.append(element("small", button.detail));
  made.append(words);
  if (/^(item|copies):/.test(button.id)) made.setAttribute("aria-pressed", String(button.selected));
  made.addEventListener("click", () => tap(button.id));
  return made;
}

function padKeys(pad, erase) {
  const digits = pad.digits.map((digit) => touch({ id: `digit:${digit}`, label: digit, kind: "digit" }));
  const last = digits.pop(); // under the middle column
  const gap = element("span");
  return [...digits, gap, last, erase ? touch(erase) : element("span")];
}

function steps(count, at) {
  return Array.from({ length: count }, (_, index) => {
    const made = element("li", index + 1 === at ? `${at}` : "");
    made.className = index + 1 < at ? "past" : index + 1 === at ? "now" : "";
    if (index + 1 === at) made.setAttribute("aria-current", "step");
    return made;
  });
}

function countdown(total_s) {
  clearInterval(ticking);
  const at = part("countdown");
  at.hidden = total_s === null;
  if (total_s === null) return;
  const until = performance.now() + total_s * 1000;
  const ring = part("ring");
  ring.style.transition = "none";
  ring.style.strokeDashoffset = "0";
  ring.getBoundingClientRect(); // the ring starts full
  ring.style.transition = `stroke-dashoffset ${total_s}s linear`;
  ring.style.strokeDashoffset = "100";
  const tick = () => {
    at.querySelector("b").textContent = String(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
  };
  tick();
  ticking = setInterval(tick, 1000);
}

function buttons(next) {
  const erase = next.pad && next.buttons.find((each) => each.id === "erase");
  const of = (kind) => next.buttons.filter((each) => each.kind === kind && each !== erase);
  region("pad", next.pad && [next.pad.digits, erase], () => (next.pad ? padKeys(next.pad, erase) : []));
  region("choices", of("secondary"), () => of("secondary").map(touch));
  region("quiet", of("quiet"), () => of("quiet").map(touch));
  region("primary", of("primary"), () => of("primary").map(touch));
  part("choices").dataset.count = of("secondary").length;
}

function progress(next) {
  const bar = part("progress");
  bar.hidden = next.progress === null;
  if (next.progress === null) return;
  bar.setAttribute("aria-valuenow", String(Math.round(next.progress * 100)));
  bar.firstElementChild.style.width = `${next.progress * 100}%`;
}

function draw(next) {
  const another = view === null || view.id !== next.id;
  view = next;
  document.documentElement.lang = next.lang;
  Object.assign(document.body.dataset, { tone: next.tone, layout: next.layout, name: next.name, view: next.id });
  say("service", next.service);
  say("title", next.title);
  say("note", next.note);
  region("lines", next.lines, () => next.lines.map((line) => element("p", line)));
  region("facts", next.facts, () =>
    next.facts.flatMap((fact) => [element("dt", fact.label), element("dd", fact.value)]));
  region("filled", next.pad && [next.pad.filled, next.pad.length], () =>
    next.pad ? Array.from({ length: next.pad.length }, (_, i) => element("i", "", { class: i < next.pad.filled ? "on" : "" })) : []);
  region("steps", [next.steps, next.step], () => steps(next.steps, next.step));
  const others = next.languages.filter((each) => each.id !== next.lang);
  region("languages", others, () => others.map((each) => {
    const made = element("button", each.label, { type: "button", lang: each.id });
    made.addEventListener("click", () => send({ type: "language", lang: each.id }));
    return made;
  }));
  region("picture", next.layout === "choices" ? "none" : next.picture, () =>
    next.layout === "choices" ? [] : picture(next.picture));
  buttons(next);
  progress(next);
  countdown(next.countdown_s);
  if (another) part("title").focus();
}

function loopback(url) {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && (hostname === "127.0.0.1" || hostname.endsWith(".localhost"));
}

// Leaves only for a page that answers: a page that cannot be loaded would leave the panel without anybody to ask.
async function leave(url) {
  if (!loopback(url)) return;
  await fetch(url, { mode: "no-cors", cache: "no-store" });
  location.replace(url);
}

async function away() {
  clearInterval(ticking);
  if (!home) {
    part("away").hidden = false;
    setTimeout(connect, RETRY_MS);
    return;
  }
  try {
    await leave(home);
  } catch {
    part("away").hidden = false;
    setTimeout(away, RETRY_MS);
  }
}

function take(message) {
  if (message.type === "view") draw(message);
  if (message.type === "view" && wish) {
    if (wish !== message.lang) send({ type: "language", lang: wish });
    wish = null;
  }
  if (message.type === "goto") leave(message.url).catch(() => undefined); // the home shows what it does instead
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws`);
  socket.addEventListener("message", (event) => {
    part("away").hidden = true;
    take(JSON.parse(event.data));
  });
  socket.addEventListener("close", away);
}

function keyed(event) {
  if (view === null || event.ctrlKey || event.altKey || event.metaKey) return;
  const press = (selector) => document.querySelector(selector)?.click();
  if (view.pad && /^[0-9]$/.test(event.key)) press(`[data-button="digit:${event.key}"]`);
  else if (event.key === "Backspace") press('[data-button="erase"]');
  else if (event.key === "Escape") press('[data-button="cancel"]');
  else if (event.key === "Enter" && !document.activeElement?.closest("button")) press("#primary button");
}

part("away").querySelector(".away-picture").append(...picture("wait"));
document.addEventListener("keydown", keyed);
document.addEventListener("mousedown", (event) => event.preventDefault()); // a finger does not move the keyboard's focus
document.addEventListener("contextmenu", (event) => event.preventDefault());
connect();
