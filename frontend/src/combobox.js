// A long code list becomes searchable: a text field over the select, which stays the form's value.
// Follows the ARIA combobox pattern; without this script the plain select is used.

const SHOWN = 60;

export function startComboboxes(root) {
  const found = root.querySelectorAll ? root.querySelectorAll("select[data-searchable]:not([data-started])") : [];
  for (const select of found) make(select);
}

function make(select) {
  select.dataset.started = "1";
  const list = document.createElement("ul");
  list.className = "combobox-list";
  list.id = `${select.id}-list`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  const input = document.createElement("input");
  input.type = "text";
  input.id = `${select.id}-search`;
  input.className = "form-control";
  input.autocomplete = "off";
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  if (select.classList.contains("is-invalid")) input.classList.add("is-invalid");
  const label = document.querySelector(`label[for="${select.id}"]`);
  if (label) {
    label.htmlFor = input.id;
    list.setAttribute("aria-label", label.textContent.trim());
  }
  const box = document.createElement("div");
  box.className = "combobox";
  select.after(box);
  box.append(input, list, select);
  select.hidden = true;
  select.tabIndex = -1;
  const state = { select, input, list, at: -1, shown: [] };
  const showChosen = () => (input.value = select.selectedOptions[0]?.value ? select.selectedOptions[0].text.trim() : "");
  showChosen();
  input.addEventListener("focus", () => input.select());
  input.addEventListener("input", () => open(state, input.value));
  input.addEventListener("click", () => open(state, ""));
  input.addEventListener("blur", () => setTimeout(() => (close(state), showChosen()), 120));
  input.addEventListener("keydown", (event) => key(state, event));
  select.addEventListener("change", showChosen);
  list.addEventListener("mousedown", (event) => {
    const row = event.target.closest("[data-index]");
    if (row) choose(state, Number(row.dataset.index));
    event.preventDefault();
  });
}

function open(state, text) {
  const wanted = text.trim().toLowerCase();
  state.shown = [...state.select.options]
    .filter((option) => !wanted || option.text.toLowerCase().includes(wanted) || option.value.toLowerCase().startsWith(wanted))
    .slice(0, SHOWN);
  state.at = state.shown.length && wanted ? 0 : -1;
  state.list.replaceChildren(
    ...state.shown.map((option, index) => {
      const row = document.createElement("li");
      row.id = `${state.list.id}-${index}`;
      row.dataset.index = index;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(option.selected));
      row.textContent = option.text.trim() || "—";
      return row;
    }),
  );
  state.list.hidden = !state.shown.length;
  state.input.setAttribute("aria-expanded", String(!state.list.hidden));
  mark(state);
}

function close(state) {
  state.list.hidden = true;
  state.input.setAttribute("aria-expanded", "false");
  state.input.removeAttribute("aria-activedescendant");
}

function mark(state) {
  [...state.list.children].forEach((row, index) => row.classList.toggle("at", index === state.at));
  const row = state.list.children[state.at];
  if (row) {
    state.input.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  } else state.input.removeAttribute("aria-activedescendant");
}

function choose(state, index) {
  const option = state.shown[index];
  if (!option) return;
  state.select.value = option.value;
  state.select.dispatchEvent(new Event("change", { bubbles: true }));
  close(state);
}

function key(state, event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (state.list.hidden) open(state, "");
    const last = state.shown.length - 1;
    state.at = event.key === "ArrowDown" ? Math.min(last, state.at + 1) : Math.max(0, state.at - 1);
    mark(state);
    event.preventDefault();
  } else if (event.key === "Enter" && !state.list.hidden && state.at >= 0) {
    choose(state, state.at);
    event.preventDefault();
  } else if (event.key === "Escape" && !state.list.hidden) {
    close(state);
    event.stopPropagation();
  }
}
