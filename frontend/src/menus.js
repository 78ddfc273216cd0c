// Menus are <details>, so they work without this script; it adds Escape, a click outside, the theme and printing.

export function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const act = event.target.closest("[data-act]");
    if (act) ACTS[act.dataset.act]?.(act, event);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
      const search = document.getElementById("search-everywhere");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
    if (location.hash === "#duties") location.hash = "#content";
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-send-on-change]");
    if (form) form.requestSubmit();
  });
}

/** <button data-act="open" data-target="#id"> opens a <dialog>; its own close button is data-act="close". */
export function startDialogs() {
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target.closest?.("dialog[data-open-when-filled]");
    if (dialog && !dialog.open) dialog.showModal();
  });
}

const ACTS = {
  theme() {
    const root = document.documentElement;
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("fupin-theme", root.dataset.bsTheme);
    document.dispatchEvent(new CustomEvent("fupin:theme"));
  },
  print() {
    window.print();
  },
  open(button) {
    document.querySelector(button.dataset.target)?.showModal();
  },
  close(button) {
    button.closest("dialog")?.close();
  },
};
