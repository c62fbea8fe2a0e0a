// The fleet page: the list as it changes, one kiosk, its alarms, and commands signed here with the operator's key.
// The key never leaves this page. Form of a command: docs/reference/mqtt.md.
const STATES = {
  in_service: "稼働中", serving: "利用中", awaiting_pickup: "受取待ち", left_behind: "取り忘れ",
  out_of_service: "休止中", starting: "起動中", unknown: "不明",
};
const REASONS = {
  starting: "起動中", hub_down: "センター切断", closed: "時間外", printer_offline: "プリンター切断", cover_open: "カバー開",
  paper_out: "用紙切れ", printer_error: "プリンター異常", reader_offline: "カード読取機切断", camera_inoperative: "カメラ異常",
  certificate_revoked: "端末証明書失効", certificate_expired: "端末証明書期限切れ", coin_fault: "硬貨装置異常", clerk_unavailable: "準備中", maintenance: "保守中",
};
const ALARMS = { left_behind_card: "カードの取り忘れ", left_behind_paper: "証明書の取り忘れ" };
const COMMANDS = {
  out_of_service: "休止する", in_service: "再開する", send_diagnostics: "診断を送らせる", test_print: "試し刷り",
  restart: "再起動", start_update: "更新を始める",
};
const RESULTS = {
  done: "実行しました", started: "始めました。進み具合は履歴に出ます", scheduled: "利用中の方が離れたら実行します", cleared: "警報を止めました", recorded: "記録しました",
  refused: "端末が断りました", not_available: "この端末ではできません",
};
const VALID_S = 45;
const $ = (id) => document.getElementById(id);
const rows = new Map();
const items = new Map();
let chosen = null;
let key = null;

function words(row) {
  const alarms = row.alarms.map((code) => ALARMS[code] ?? code);
  const paper = row.paper === "low" ? ["用紙残少"] : [];
  return [...alarms, ...row.reasons.map((reason) => REASONS[reason] ?? reason), ...paper].join("、");
}

function fits(row) {
  const text = $("text").value.trim().toLowerCase();
  const state = $("state").value;
  if (state === "alarm" ? !row.alarms.length : state && row.state !== state) return false;
  return !text || `${row.id} ${row.operator} ${row.version} ${row.build}`.toLowerCase().includes(text);
}

// Trouble first, then by name. Only so many are drawn: the others are found by the filter.
const SHOWN = 200;
const urgency = (row) => (row.alarms.length ? 0 : row.state === "out_of_service" ? 1 : row.state === "unknown" ? 2 : 3);
const before = (one, other) => urgency(one) - urgency(other) || (one.id < other.id ? -1 : 1);
let due = false;

function draw(row) {
  let item = items.get(row.id);
  if (!item) {
    item = document.createElement("li");
    item.innerHTML = '<button type="button"><b></b><span class="mark"></span><span></span></button>';
    item.firstChild.addEventListener("click", () => choose(row.id));
    items.set(row.id, item);
  }
  const [name, mark, rest] = item.firstChild.children;
  name.textContent = row.id;
  mark.className = `mark ${row.alarms.length ? "alarm" : row.state}`;
  mark.textContent = STATES[row.state] ?? row.state;
  rest.textContent = words(row);
  item.firstChild.setAttribute("aria-current", String(row.id === chosen));
  return item;
}

function redraw() {
  due = false;
  const fitting = [...rows.values()].filter(fits).sort(before);
  const wanted = fitting.slice(0, SHOWN).map(draw);
  wanted.forEach((item, place) => {
    const there = $("kiosks").children[place];
    if (there !== item) $("kiosks").insertBefore(item, there ?? null);
  });
  while ($("kiosks").children.length > wanted.length) $("kiosks").lastElementChild.remove();
  $("count").textContent = `${fitting.length} / ${rows.size}`;
  const left = fitting.length - wanted.length;
  $("more").textContent = left ? `ほかに ${left} 台あります。検索で絞り込んでください。` : "";
}

function redrawSoon() {
  if (!due) requestAnimationFrame(redraw);
  due = true;
}

function take(changed) {
  for (const row of changed) rows.set(row.id, row);
  redrawSoon();
  if (changed.some((row) => row.id === chosen)) show(chosen);
}

async function choose(id) {
  chosen = id;
  redrawSoon();
  await show(id);
  $("one-title").focus();
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

async function show(id) {
  const answer = await fetch(`/api/kiosks/${id}`);
  if (!answer.ok || id !== chosen) return;
  const kiosk = await answer.json();
  $("one").hidden = false;
  $("one-title").textContent = kiosk.row.id;
  $("now").textContent = `${STATES[kiosk.row.state]} ${words(kiosk.row)} 版 ${kiosk.row.version || "不明"}`;
  $("alarms").replaceChildren(...kiosk.alarms.map(alarmItem));
  if (!kiosk.alarms.length) $("alarms").append(element("li", "ありません"));
  $("devices").replaceChildren(...Object.entries(kiosk.states).flatMap(([device, state]) => [
    element("dt", device),
    element("dd", Object.entries(state).filter(([name]) => !["boot_id", "sequence", "time"].includes(name))
      .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(" ") : value}`).join("、")),
  ]));
  $("events").replaceChildren(...kiosk.events.map((event) => {
    const { type, time, event_id, boot_id, sequence, ...rest } = event;
    return element("li", `${time} ${type} ${JSON.stringify(rest).slice(0, 300)}`);
  }));
}

function alarmItem(alarm) {
  const item = element("li", `${ALARMS[alarm.code] ?? alarm.code}（${alarm.since ?? "時刻不明"}から）`);
  if (alarm.acknowledged) {
    item.append(element("span", ` 確認済み：${alarm.acknowledged.person}`));
  } else if (alarm.alarm_id) {
    const see = element("button", "確認した");
    see.addEventListener("click", async () => {
      await fetch(`/api/alarms/${alarm.alarm_id}/acknowledge`, { method: "POST" });
      await show(chosen);
    });
    item.append(" ", see);
  }
  if (alarm.alarm_id) {
    const clear = element("button", "警報を止める（職員が回収）");
    clear.addEventListener("click", () => command("clear_alarm", { alarm_id: alarm.alarm_id, reason: "taken-by-staff" }));
    item.append(" ", clear);
  }
  return item;
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function takeKey(file) {
  const text = (await file.text()).replace(/-----[^-]+-----|\s/g, "");
  const der = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const secret = await crypto.subtle.importKey("pkcs8", der, "Ed25519", true, ["sign"]);
  const jwk = await crypto.subtle.exportKey("jwk", secret);
  const open = Uint8Array.from(atob(jwk.x.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", open));
  return { secret, id: hex(digest.slice(0, 8)) };
}

async function command(name, clearing, bundle) {
  if (!key) {
    $("outcome").textContent = "先に職員の鍵を選んでください。";
    return;
  }
  const now = Math.floor(Date.now() / 1000);
  const head = { kiosk_id: chosen, nonce: hex(crypto.getRandomValues(new Uint8Array(16))) };
  const times = { issued_at: now, expires_at: now + VALID_S };
  const body = clearing ? { ...head, ...clearing, note: "", ...times } : { ...head, name, ...times, ...(bundle ? { bundle } : {}) };
  const text = JSON.stringify(body);
  const label = clearing ? "kiosk-clear-alarm-v1\n" : "kiosk-command-v1\n";
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", key.secret, new TextEncoder().encode(label + text)));
  const sent = JSON.stringify({ command: text, key_id: key.id, signature: base64url(signature) });
  $("outcome").textContent = "送りました。端末の返事を待っています…";
  const answer = await fetch(`/api/kiosks/${chosen}/commands/${name}`, { method: "POST", body: sent });
  const result = await answer.json();
  $("outcome").textContent = answer.ok
    ? `${RESULTS[result.result] ?? result.result} ${result.code} ${result.detail}`.trim()
    : result.detail;
}

for (const [name, label] of Object.entries(COMMANDS)) {
  const button = element("button", label);
  button.dataset.command = name;
  button.addEventListener("click", () => {
    if (name !== "start_update") command(name);
    else if ($("bundle").reportValidity()) command(name, null, $("bundle").value.trim());
  });
  $("commands").append(button);
}
$("key").addEventListener("change", async (event) => {
  try {
    key = await takeKey(event.target.files[0]);
    $("outcome").textContent = `鍵 ${key.id} を使います。`;
  } catch {
    key = null;
    $("outcome").textContent = "この鍵は使えません。kiosk operator-key で作った鍵を選んでください。";
  }
});
for (const id of ["text", "state"]) $(id).addEventListener("input", redrawSoon);
$("filter").addEventListener("submit", (event) => event.preventDefault());

const live = new EventSource("/api/changes");
live.onmessage = (event) => {
  take(JSON.parse(event.data));
  $("line").textContent = "更新中";
};
live.onerror = () => { $("line").textContent = "この画面は今の状態ではありません。つなぎ直しています…"; };
