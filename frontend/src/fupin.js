import "@tabler/core/dist/js/tabler.esm.js";
import htmx from "htmx.org/dist/htmx.esm.js";
import { startBallots } from "./ballots.js";
import { startComboboxes } from "./combobox.js";
import { startFields } from "./fields.js";
import { startDialogs, startMenus } from "./menus.js";
import { startSelections } from "./selection.js";
import { startTakeAlong } from "./takealong.js";

window.htmx = htmx;

/** Everything that acts on elements runs again on each piece that htmx puts in. */
function start(root) {
  startComboboxes(root);
  startFields(root);
  startSelections(root);
  startBallots(root);
}

document.addEventListener("DOMContentLoaded", () => {
  startMenus();
  startDialogs();
  startTakeAlong();
  start(document);
});
document.addEventListener("htmx:load", (event) => start(event.detail.elt));

// An answer that explains a refusal is shown where the result would have stood.
document.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  if ([403, 404, 409, 422].includes(status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
// A phase of long work is read out once, when it changes; its running numbers are not.
document.addEventListener("htmx:load", (event) => {
  const said = event.detail.elt.parentElement?.querySelector("[data-say]")?.textContent;
  const line = document.getElementById("status-line");
  if (said && line && line.textContent !== said) line.textContent = said;
});
// What could not be sent is said until something gets through again.
function say(isOffline) {
  const notice = document.getElementById("offline-notice");
  if (notice) notice.hidden = !isOffline;
}
document.addEventListener("htmx:sendError", () => say(true));
document.addEventListener("htmx:afterOnLoad", () => say(false));
