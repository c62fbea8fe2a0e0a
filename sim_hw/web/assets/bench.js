// The bench page: shows what the bench tells, and turns clicks into verbs of the bench (hil_tests/bench.py).
"use strict";

const part = (id) => document.getElementById(id);
const LOG_LINES = 60;
const CAMERA_MS = 1000;
const USUAL = ["hanako", "taro"]; // cards that simply work come first
// verb to break, verb to repair, label, English, and what of the state says that it is broken
const SWITCHES = [
  ["open_cover", "close_cover", "カバーを開ける", "cover", (s) => s.cover_open],
  ["run_out_of_paper", "load_paper", "用紙切れ", "no paper", (s) => s.paper_out],
  ["printer_off", "printer_on", "プリンター電源断", "printer off", (s) => !s.printer],
  ["hub_down", "hub_up", "回線断", "hub down", (s) => s.hub === "down"],
  ["hub_slow", "hub_up", "回線無応答", "hub mute", (s) => s.hub === "slow"],
  ["hub_garble", "hub_up", "回線化け", "hub garbled", (s) => s.hub === "garble"],
  ["cover_camera", "uncover_camera", "カメラを覆う", "camera", (s) => s.camera.covered],
  ["jam_coins", "free_coins", "硬貨詰まり", "coin jam", (s) => s.jammed],
  ["cut_power", "restore_power", "停電", "power cut", (s) => !s.power],
];
const TOLD = {
  card_inserted: (e) => `カードを置いた: ${e.card}`, card_removed: () => "カードを取った",
  coin_in_escrow: (e) => `${e.yen}円が入った`, coin_refused: (e) => `${e.yen}円は返却口へ`,
  coins_stacked: (e) => `${e.yen}円を収納した`, coins_returned: (e) => `${e.yen}円を返却した`,
  strip_cut: (e) => `${e.rows}行を印刷し、切った`, paper_presented: () => "取り出し口に紙が出た", paper_taken: () => "紙を取った",
  printer_condition: (e) => `プリンター: ${e.conditions.join("、") || "正常"}`,
  printer_power: (e) => `プリンターの電源: ${e.on ? "入" : "切"}`, power: (e) => `電源: ${e.on ? "入" : "断"}`,
  hub_line: (e) => `センターへの回線: ${e.state}`, camera_scene: (e) => `カメラ: ${e.covered ? "覆われた" : "正常"}`,
  screen: (e) => `画面: ${e.name}`, screen_dark: () => "画面: 応答なし", pins_connected: (e) => `ファームウェアが起動 (pid ${e.pid})`,
  coin_gate: (e) => `硬貨の装置: ${e.on ? "正常" : "詰まり"}`,
};
let socket = null;
let home = "";
let state = {};
let asked = 0;
let stripsTaken = 0;
let loading = false;
let tone = null;
let audible = true;

// ---- talking to the bench

function ask(verb, fields = {}) {
  socket?.send(JSON.stringify({ id: ++asked, verb, ...fields }));
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws`);
  socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
  socket.addEventListener("close", () => setTimeout(connect, 1000));
}

function take(message) {
  if (message.type === "hello") greet(message);
  if (message.type === "state") show(message);
  if (message.type === "event") happened(message);
  if (message.type === "answer" && !message.ok) note(message.error, "bad");
}

function greet(hello) {
  home = hello.screen;
  stripsTaken = hello.strips - hello.state.sheets;
  hello.citizens.sort((one, other) => USUAL.includes(other.name) - USUAL.includes(one.name));
  part("cards").replaceChildren(...[...hello.citizens, { name: "foreign", label: "ほかのカード", pin: "" }].map(card));
  part("switches").replaceChildren(...SWITCHES.map(([, , label, english], at) => {
    const made = element("button", "", { type: "button", "data-at": at });
    made.append(element("span", label), element("small", english));
    made.addEventListener("click", () => ask(SWITCHES[at][4](state) ? SWITCHES[at][1] : SWITCHES[at][0]));
    return made;
  }));
  show(hello.state);
}

// ---- drawing

function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function card(citizen) {
  const made = element("button", "", { type: "button", class: "card", draggable: "true", "data-card": citizen.name });
  const [, who = citizen.label, why = ""] = citizen.label.match(/^(?:見本: ?)?([^（]*)（?([^）]*)/) ?? [];
  made.append(element("i", "テスト"), element("b", who.trim()), element("small", why));
  if (citizen.pin) made.append(element("kbd", `PIN ${citizen.pin}`));
  made.addEventListener("click", () => lay(citizen.name));
  made.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", citizen.name));
  return made;
}

async function lay(name) {
  if (state.card) ask("remove_card");
  if (name === "foreign") ask("insert_foreign_card");
  else if (name !== state.card) ask("insert_card", { citizen: name });
}

function show(next) {
  const another = next.card !== state.card;
  if (next.screen && !part("screen").src) part("screen").src = home; // once it answers; after that it helps itself
  state = next;
  part("dark").hidden = state.power;
  for (const key of ["escrow", "kept", "returned"]) part(key).textContent = `${state.money[key].toLocaleString()}円`;
  part("accepting").textContent = state.money.accepting ? "受付中" : "停止中";
  part("acceptor").classList.toggle("open", Boolean(state.money.accepting));
  for (const button of document.querySelectorAll("#switches button")) {
    button.setAttribute("aria-pressed", String(Boolean(SWITCHES[button.dataset.at][4](state))));
  }
  if (another) showCard();
  if (!state.rows_out) part("paper").hidden = true;
  part("printer-says").textContent = state.printer ? state.conditions.join(" ") : "電源断";
  showTray();
  showStates();
}

function showCard() {
  const pad = part("pad");
  const on = document.querySelector(`#cards [data-card="${CSS.escape(state.card ?? "")}"]`);
  for (const each of document.querySelectorAll("#cards .card")) each.classList.toggle("away", each === on);
  pad.replaceChildren();
  if (!on) return;
  const copy = on.cloneNode(true);
  copy.classList.remove("away");
  copy.append(element("em", "クリックで取る"));
  copy.addEventListener("click", () => ask("remove_card"));
  pad.append(copy);
}

function showTray() {
  const tray = part("tray");
  tray.hidden = state.sheets === 0;
  if (tray.hidden) return;
  const source = `/strips/${state.strips}.png`;
  if (tray.firstElementChild.getAttribute("src") !== source) tray.firstElementChild.src = source;
}

function showStates() {
  const rows = Object.entries(state.mqtt).map(([topic, payload]) => [topic.split("/").slice(3).join("/"), payload]);
  part("states").replaceChildren(...rows.filter(([name]) => name !== "info").sort().map(([name, payload]) => {
    const row = element("li");
    const head = ["boot_id", "sequence", "time"];
    const said = typeof payload === "object"
      ? Object.entries(payload).filter(([key]) => !head.includes(key)).map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(",") || "–" : value}`).join("・")
      : String(payload);
    row.classList.toggle("bad", /offline|hardware_error|error (?!none)|inoperative|out_of_service|paper out|cover open|alarms [a-z]|open false/.test(said));
    row.append(element("b", name.replace(/^state\/?/, "") || "kiosk"), element("span", said));
    return row;
  }));
}

function showPaper() {
  if (loading) return; // the newest picture is fetched when this one is there
  loading = true;
  const paper = part("paper");
  paper.onload = paper.onerror = () => { loading = false; };
  paper.src = `/paper.png?${performance.now()}`;
  paper.hidden = false;
}

// ---- events

function happened(event) {
  if (event.event === "printer_row") showPaper();
  if (event.event === "strip_cut") part("paper").hidden = true;
  if (event.event === "buzzer") sound(event.hz, event.duty);
  if (event.event === "paper_taken") keep(event.sheets);
  const tell = TOLD[event.event];
  if (tell) note(tell(event), "", event.t);
}

function note(text, kind = "", t = null) {
  const line = element("li", "", { class: kind });
  line.append(element("time", t === null ? "" : t.toFixed(1)), element("span", text));
  const log = part("log");
  log.prepend(line);
  while (log.childElementCount > LOG_LINES) log.lastElementChild.remove();
}

function keep(sheets) {
  for (let left = sheets; left > 0; left -= 1) {
    stripsTaken += 1;
    const picture = element("img", "", { src: `/strips/${stripsTaken}.png`, alt: `紙 ${stripsTaken}`, tabindex: "0" });
    picture.addEventListener("click", () => {
      part("look").querySelector("img").src = picture.src;
      part("look").showModal();
    });
    part("taken").querySelector("div").prepend(picture);
  }
  document.body.classList.add("has-paper");
}

function sound(hz, duty) {
  part("buzzer").classList.toggle("on", duty > 0);
  if (tone) {
    tone.stop();
    tone = null;
  }
  if (duty === 0 || !audible || !navigator.userActivation?.hasBeenActive) return;
  sound.context ??= new AudioContext();
  const volume = new GainNode(sound.context, { gain: 0.04 });
  tone = new OscillatorNode(sound.context, { type: "square", frequency: hz });
  tone.connect(volume).connect(sound.context.destination);
  tone.start();
}

// ---- hands

part("pad").addEventListener("dragover", (event) => event.preventDefault());
part("pad").addEventListener("drop", (event) => {
  event.preventDefault();
  lay(event.dataTransfer.getData("text/plain"));
});
part("tray").addEventListener("click", () => ask("take_paper"));
part("coins").addEventListener("click", (event) => {
  const yen = Number(event.target.dataset.yen);
  if (yen) ask("insert_coins", { yen: [yen] });
});
part("buzzer").addEventListener("click", () => {
  audible = !audible;
  part("buzzer").classList.toggle("mute", !audible);
});
setInterval(() => {
  if (state.power) part("camera").src = `/camera.jpg?${Date.now()}`;
  else part("camera").classList.add("none");
}, CAMERA_MS);
part("camera").addEventListener("error", () => part("camera").classList.add("none"));
part("camera").addEventListener("load", () => part("camera").classList.remove("none"));
const fit = () => document.documentElement.style.setProperty("--scale", part("panel").clientWidth / 1280);
new ResizeObserver(fit).observe(part("panel"));
fit();
connect();
