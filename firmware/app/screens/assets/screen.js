// Draws the view it is sent, reports touches and keys. Holds no state but the present view (docs/reference/screen-protocol.md).
"use strict";

const RETRY_MS = 1000;
const AGAIN_MS = 5000;
const KANA_KEYS = ["voiced", "semivoiced", "small", "space", "erase"];
const home = document.body.dataset.home; // empty: this page is the home
const part = (id) => document.getElementById(id);
const drawn = {}; // region -> JSON of what it shows, so that an update leaves untouched regions (and fingers on them) alone
let socket = null;
let view = null;
let ticking = 0;
let asked = -Infinity; // when a page that lost its line asked for it again
let wishes = new URLSearchParams(location.search); // what was chosen on the page that sent the person here

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

// Names in Japanese script within a text of another language keep together, in the shapes of Japan.
const JAPANESE = /([（(][^()（）]*[\u3040-\u30ff\u4e00-\u9fff][^()（）]*[)）])/;

function labelled(tag, text) {
  const made = element(tag);
  if (document.documentElement.lang === "ja") made.textContent = text;
  else for (const [index, piece] of text.split(JAPANESE).entries()) made.append(index % 2 ? element("span", piece, { lang: "ja", class: "term" }) : piece);
  return made;
}

// Each of several names keeps together; one that is longer than the line is broken all the same.
function factValue(fact, name) {
  if (!fact.personal || name !== "confirm") return labelled("dd", fact.value);
  const made = element("dd");
  for (const each of fact.value.split(/(?<=、|, )/)) made.append(element("span", each, { lang: "ja", class: "term" }), each.endsWith(" ") ? " " : "");
  return made;
}

function touch(button) {
  const made = element("button", "", { type: "button", "data-button": button.id, class: button.kind });
  made.disabled = button.enabled === false;
  if (button.picture && button.picture !== "none") made.append(...picture(button.picture));
  const words = element("span");
  words.append(labelled("b", button.label));
  if (button.personal) words.firstChild.lang = "ja"; // a name as in the register
  if (button.detail) words.append(element("small", button.detail));
  made.append(words);
  if (button.mark) made.setAttribute("aria-pressed", String(button.selected));
  if (button.mark) made.dataset.mark = button.mark;
  made.addEventListener("click", () => tap(button.id));
  return made;
}

function padKeys(pad, erase) {
  const digits = pad.digits.map((digit) => touch({ id: `digit:${digit}`, label: digit, kind: "digit" }));
  const last = digits.pop(); // under the middle column
  const gap = element("span");
  return [...digits, gap, last, erase ? touch(erase) : element("span")];
}

function kanaKeys(keys, marks) {
  const made = keys.columns.flatMap((column) =>
    column.map((key) => (key ? touch({ id: `key:${key}`, label: key, kind: "digit" }) : element("span"))));
  return [...made, ...marks.map(touch)];
}

function table(rows) {
  const head = element("thead");
  head.append(element("tr"));
  head.firstChild.append(...rows.heads.map((text) => element("th", text, { scope: "col" })));
  const body = element("tbody");
  body.append(...rows.rows.map((row) => {
    const line = element("tr");
    line.append(...row.map((text) => labelled("td", text)));
    return line;
  }));
  return [head, body];
}

function steps(count, at, word) {
  return Array.from({ length: count }, (_, index) => {
    const made = element("li", index + 1 === at ? `${at}` : "");
    made.className = index + 1 < at ? "past" : index + 1 === at ? "now" : "";
    if (index + 1 === at) made.setAttribute("aria-current", "step");
    if (index + 1 === at) made.setAttribute("aria-label", `${word} ${at} / ${count}`);
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
  const marks = next.keys ? next.buttons.filter((each) => KANA_KEYS.includes(each.id)) : [];
  const erase = next.pad && next.buttons.find((each) => each.id === "erase");
  const of = (kind) => next.buttons.filter((each) => each.kind === kind && each !== erase && !marks.includes(each));
  region("choices", of("secondary"), () => of("secondary").map(touch));
  region("pad", next.pad && [next.pad.digits, erase], () => (next.pad ? padKeys(next.pad, erase) : []));
  region("keys", next.keys && [next.keys, marks], () => (next.keys ? kanaKeys(next.keys, marks) : []));
  region("quiet", of("quiet"), () => of("quiet").map(touch));
  region("primary", of("primary"), () => of("primary").map(touch));
  part("choices").dataset.count = of("secondary").length;
}

function progress(next) {
  const bar = part("progress");
  bar.hidden = next.progress === null;
  if (next.progress === null) return;
  bar.setAttribute("aria-valuenow", String(Math.round(next.progress * 100)));
  bar.setAttribute("aria-label", next.title);
  bar.firstElementChild.style.width = `${next.progress * 100}%`;
}

// ---- the bar that every page has

function tool(id, word, pressed) {
  const made = part(id);
  made.querySelector("b").textContent = word;
  made.hidden = word === "";
  if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
}

function bar(next) {
  const words = next.words;
  tool("tool-language", next.languages.length > 1 ? words.language : "");
  tool("tool-size", words.size, next.size === "large");
  tool("tool-contrast", words.contrast, next.contrast === "high");
  tool("tool-voice", next.voice === null ? "" : words.voice, next.voice === true);
  tool("tool-again", next.voice ? words.again : "");
  part("up").setAttribute("aria-label", words.up);
  part("down").setAttribute("aria-label", words.down);
  region("languages", [next.languages, next.lang, words.close], () => [
    ...next.languages.map((each) => {
      const made = element("button", each.label, { type: "button", lang: each.id, "aria-pressed": String(each.id === next.lang) });
      made.addEventListener("click", () => {
        send({ type: "language", lang: each.id });
        part("languages").close();
      });
      return made;
    }),
    closing(words.close),
  ]);
  part("languages").setAttribute("aria-label", words.language);
}

function closing(word) {
  const made = element("button", word, { type: "button", class: "quiet" });
  made.addEventListener("click", () => part("languages").close());
  return made;
}

function look(change) {
  send({ type: "look", size: view.size, contrast: view.contrast, ...change });
}

// ---- what is longer than the panel

function measure() {
  const at = part("scroller");
  const was = at.scrollTop;
  document.body.removeAttribute("data-long"); // the buttons take room: without them it may fit
  const long = at.scrollHeight > at.clientHeight + 2;
  part("pager").hidden = !long;
  document.body.toggleAttribute("data-long", long);
  if (long && !at.querySelector("button")) at.tabIndex = 0; // so that the keypad can move it
  else at.removeAttribute("tabindex");
  at.scrollTop = was;
  ends();
}

function ends() {
  const at = part("scroller");
  part("up").disabled = at.scrollTop < 2;
  part("down").disabled = at.scrollTop + at.clientHeight > at.scrollHeight - 2;
}

function turn(direction) {
  const at = part("scroller");
  at.scrollBy({ top: direction * at.clientHeight * 0.85 });
}

// ---- drawing

function draw(next) {
  const another = view === null || view.id !== next.id;
  if (another && part("languages").open) part("languages").close();
  view = next;
  document.documentElement.lang = next.lang;
  document.title = next.title;
  const voice = next.voice ? "on" : "off";
  const { tone, layout, name, size, contrast } = next;
  Object.assign(document.body.dataset, { tone, layout, name, size, contrast, voice, view: next.id });
  say("service", next.service);
  say("title", next.title);
  say("note", next.note);
  say("typed", next.typed === null ? "" : next.typed || "\u00a0");
  region("lines", next.lines, () => next.lines.map((line) => element("p", line)));
  region("facts", next.facts, () =>
    next.facts.flatMap((fact) => [element("dt", fact.label), factValue(fact, next.name)]));
  region("filled", next.pad && [next.pad.filled, next.pad.length], () =>
    next.pad ? Array.from({ length: next.pad.length }, (_, i) => element("i", "", { class: i < next.pad.filled ? "on" : "" })) : []);
  region("table", next.table, () => (next.table ? table(next.table) : []));
  region("steps", [next.steps, next.step, next.words.step], () => steps(next.steps, next.step, next.words.step));
  region("picture", next.layout === "choices" ? "none" : next.picture, () =>
    next.layout === "choices" ? [] : picture(next.picture));
  region("pictures", next.pictures, () => next.pictures.map((path) => element("img", "", { src: path, alt: next.words.picture })));
  buttons(next);
  bar(next);
  progress(next);
  countdown(next.countdown_s);
  if (another) part("scroller").scrollTop = 0;
  measure();
  if (another) part("title").focus({ preventScroll: true });
}

function loopback(url) {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && (hostname === "127.0.0.1" || hostname.endsWith(".localhost"));
}

// Leaves only for a page that answers: a page that cannot be loaded would leave the panel without anybody to ask.
async function leave(url) {
  if (!loopback(url)) return;
  const answered = fetch(url, { mode: "no-cors", cache: "no-store" });
  await answered;
  location.replace(url);
}

function chosen(url) {
  const to = new URL(url);
  if (view?.size === "large") to.searchParams.set("size", "large");
  if (view?.contrast === "high") to.searchParams.set("contrast", "high");
  if (view?.voice) to.searchParams.set("voice", "on");
  return to.href;
}

async function away() {
  clearInterval(ticking);
  if (!home) {
    part("away").hidden = false;
    setTimeout(connect, RETRY_MS);
    return;
  }
  if (performance.now() - asked > AGAIN_MS) { // a line that broke: whoever serves this person is still there
    asked = performance.now();
    connect();
    return;
  }
  try {
    await leave(home);
  } catch {
    part("away").hidden = false;
    setTimeout(away, RETRY_MS);
  }
}

function wish() {
  if (wishes === null) return;
  const lang = wishes.get("lang");
  if (lang && lang !== view.lang) send({ type: "language", lang });
  const size = wishes.get("size") ?? view.size;
  const contrast = wishes.get("contrast") ?? view.contrast;
  if (size !== view.size || contrast !== view.contrast) look({ size, contrast });
  if (wishes.get("voice") === "on" && view.voice === false) send({ type: "voice", on: true });
  wishes = null;
}

function take(message) {
  if (message.type === "view") draw(message);
  if (message.type === "view") wish();
  if (message.type === "goto") leave(chosen(message.url)).catch(() => undefined); // the home shows what it does instead
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws`);
  socket.addEventListener("message", (event) => {
    part("away").hidden = true;
    take(JSON.parse(event.data));
  });
  socket.addEventListener("close", away);
}

// ---- keypad

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function reachable() {
  const within = part("languages").open ? "#languages button" : "button";
  return [...document.querySelectorAll(within)].filter((each) => !each.disabled && each.checkVisibility());
}

// The nearest button in the direction of the arrow: straight on counts, aside counts threefold.
function move([x, y]) {
  const from = document.activeElement?.closest("button");
  const all = reachable();
  if (!from) return (all.find((each) => each.closest("#choices, #pad, #keys, #languages, #primary")) ?? all[0])?.focus();
  const centre = (each) => {
    const box = each.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const [fromX, fromY] = centre(from);
  const nearest = (among) => {
    let best = null;
    let least = Infinity;
    for (const each of among) {
      const [toX, toY] = centre(each);
      const along = (toX - fromX) * x + (toY - fromY) * y;
      const aside = Math.abs((toX - fromX) * y) + Math.abs((toY - fromY) * x);
      if (each !== from && along > 4 && along + 3 * aside < least) [best, least] = [each, along + 3 * aside];
    }
    return best;
  };
  (nearest(all.filter((each) => each.parentElement === from.parentElement)) ?? nearest(all))?.focus();
}

function keyed(event) {
  if (view === null || event.ctrlKey || event.altKey || event.metaKey) return;
  const press = (selector) => document.querySelector(selector)?.click();
  const has = (button) => document.querySelector(`[data-button="${button}"]`);
  if (event.key in ARROWS) {
    event.preventDefault();
    const [x, y] = ARROWS[event.key];
    const text = document.activeElement === part("scroller") && y !== 0;
    if (text && !part(y > 0 ? "down" : "up").disabled) turn(y);
    else move([x, y]);
  } else if (part("languages").open) return;
  else if (view.pad && /^[0-9]$/.test(event.key)) press(`[data-button="digit:${event.key}"]`);
  else if (event.key === "*") send(view.voice ? { type: "say_again" } : { type: "voice", on: true });
  else if (event.key === "Backspace") press(has("erase") ? '[data-button="erase"]' : '[data-button="back"]');
  else if (event.key === "Escape") press('[data-button="cancel"]');
  else if (event.key === "Enter" && !document.activeElement?.closest("button")) press("#primary button");
}

function reached(event) {
  const button = event.target.dataset?.button;
  if (button && view?.voice) send({ type: "focused", view: view.id, button });
}

document.addEventListener("focusin", reached);
part("away").querySelector(".away-picture").append(...picture("wait"));
part("tool-language").addEventListener("click", () => part("languages").showModal());
part("tool-size").addEventListener("click", () => look({ size: view.size === "large" ? "normal" : "large" }));
part("tool-contrast").addEventListener("click", () => look({ contrast: view.contrast === "high" ? "normal" : "high" }));
part("tool-voice").addEventListener("click", () => send({ type: "voice", on: !view.voice }));
part("tool-again").addEventListener("click", () => send({ type: "say_again" }));
part("up").addEventListener("click", () => turn(-1));
part("down").addEventListener("click", () => turn(1));
part("scroller").addEventListener("scroll", ends);
const growing = new ResizeObserver(measure);
for (const each of [part("scroller"), ...part("scroller").children]) growing.observe(each);
document.addEventListener("keydown", keyed);
document.addEventListener("mousedown", (event) => event.preventDefault()); // a finger does not move the keyboard's focus
document.addEventListener("contextmenu", (event) => event.preventDefault());
connect();
