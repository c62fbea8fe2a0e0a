// Shows that something is going on; the page works without it.
"use strict";
document.querySelector("form")?.addEventListener("submit", (event) => {
  const form = event.target;
  form.querySelector("button").disabled = true;
  document.getElementById("working").hidden = false;
});
window.addEventListener("pageshow", () => {
  const button = document.querySelector("form button");
  if (button) { button.disabled = false; document.getElementById("working").hidden = true; }
});
