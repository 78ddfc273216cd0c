// Fields that the browser words in its own language say in the page's language what was chosen. Without script they are
// the browser's own; with it they still are, for keyboard and screen reader: only what is seen is put beside or above.

export function startFields(root) {
  if (!root.querySelectorAll) return;
  for (const input of root.querySelectorAll("input[type=file]:not([data-started])")) startFile(input);
  for (const input of root.querySelectorAll("input[type=date]:not([data-started])")) startDay(input);
}

function startFile(input) {
  input.dataset.started = "1";
  const { chooseFile, noFile, files } = document.documentElement.dataset;
  const box = document.createElement("span");
  box.className = "file-box form-control";
  const said = piece("span", "file-said");
  input.before(box);
  box.append(piece("span", "file-choose", chooseFile), said, input);
  const show = () => {
    const names = [...input.files].map((file) => file.name);
    said.textContent = names.length > 1 ? `${names.length} ${files}: ${names.join(", ")}` : names[0] || noFile;
  };
  input.addEventListener("change", show);
  input.form?.addEventListener("reset", () => setTimeout(show));
  show();
}

function startDay(input) {
  input.dataset.started = "1";
  const words = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
  const said = piece("span", "day-said");
  input.after(said);
  const show = () => {
    said.textContent = input.value ? words.format(new Date(`${input.value}T00:00:00Z`)) : "";
  };
  input.addEventListener("input", show);
  show();
}

/** What is only seen: the field itself tells it to those who hear it. */
function piece(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  made.setAttribute("aria-hidden", "true");
  return made;
}
