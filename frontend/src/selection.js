// Rows that can be chosen: a box in the head chooses all on the page, another the whole list with its other pages (its value
// says how many they are); the bar of bulk acts says how many are chosen.

export function startSelections(root) {
  const found = root.querySelectorAll ? root.querySelectorAll("form[data-selection]:not([data-started])") : [];
  for (const form of found) {
    form.dataset.started = "1";
    const show = () => update(form);
    form.addEventListener("change", (event) => {
      if (event.target.matches("[data-choose-all]")) {
        for (const box of boxes(form)) box.checked = event.target.checked;
      }
      if (event.target.matches("[data-choose-list]")) {
        for (const box of boxes(form)) box.checked = event.target.checked;
      } else if (!event.target.checked && event.target.matches("input[type=checkbox]")) {
        const list = form.querySelector("[data-choose-list]");
        if (list) list.checked = false;
      }
      show();
    });
    show();
  }
}

const boxes = (form) => form.querySelectorAll("input[type=checkbox][name=chosen]");

function update(form) {
  const all = [...boxes(form)];
  const chosen = all.filter((box) => box.checked).length;
  const list = form.querySelector("[data-choose-list]");
  for (const bar of form.querySelectorAll("[data-when-chosen]")) bar.hidden = !chosen;
  for (const count of form.querySelectorAll("[data-chosen-count]")) count.textContent = String(list?.checked ? list.dataset.chooseList || chosen : chosen);
  const head = form.querySelector("[data-choose-all]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
}
