// A meeting's screen: one household at a time, large. What is typed stays on the device until it has been entered, so that
// a lost line loses nothing; when the line is back it is entered by itself. Without script all households stand in a row.

export function startBallots(root) {
  const found = root.querySelectorAll ? root.querySelectorAll("[data-ballots]:not([data-started])") : [];
  for (const box of found) startBox(box);
}

const NAMES = ["for", "against", "abstained"];

function startBox(box) {
  box.dataset.started = "1";
  const sections = [...box.querySelectorAll("[data-ballot]")];
  const steps = box.querySelector(".ballot-steps");
  let at = Math.max(sections.findIndex((one) => `#${one.id}` === location.hash), 0);
  const show = () => {
    sections.forEach((one, place) => (one.hidden = place !== at));
    steps.querySelector("[data-go='-1']").disabled = at === 0;
    steps.querySelector("[data-go='1']").disabled = at === sections.length - 1;
  };
  steps.hidden = false;
  steps.addEventListener("click", (event) => {
    const go = event.target.closest("[data-go]");
    if (!go) return;
    at = Math.min(Math.max(at + Number(go.dataset.go), 0), sections.length - 1);
    show();
    sections[at].querySelector("input[name=for]")?.focus();
  });
  for (const section of sections) startSection(box, section);
  window.addEventListener("online", () => sections.forEach(sendKept));
  show();
}

const keyOf = (box, section) => `fupin-ballot-${box.dataset.ballots}-${section.dataset.ballot}`;

function startSection(box, section) {
  const form = section.querySelector("form");
  if (!form) return;
  const key = keyOf(box, section);
  section.dataset.key = key;
  const fields = NAMES.map((name) => form.elements[name]);
  const kept = read(key);
  if (kept) {
    fields.forEach((field, place) => (field.value = kept.votes[place]));
    say(section, box.dataset.kept);
  }
  const count = () => sum(box, section, fields);
  form.addEventListener("input", () => {
    localStorage.setItem(key, JSON.stringify({ votes: fields.map((one) => one.value), isSent: false }));
    count();
  });
  form.addEventListener("submit", () => {
    localStorage.setItem(key, JSON.stringify({ votes: fields.map((one) => one.value), isSent: true }));
  });
  form.addEventListener("htmx:sendError", () => say(section, box.dataset.unsent));
  form.addEventListener("htmx:afterRequest", (event) => {
    const status = event.detail.xhr?.status;
    if (!status) return;
    if (event.detail.successful) {
      localStorage.removeItem(key);
      say(section, "");
    } else if (status === 422) {
      // Refused in words: it waits for the person, not for the line.
      localStorage.setItem(key, JSON.stringify({ votes: fields.map((one) => one.value), isSent: false }));
    }
  });
  count();
  sendKept(section);
}

/** What was pressed while the line was lost is entered now; what was only typed waits for its person. */
function sendKept(section) {
  if (section.dataset.key && read(section.dataset.key)?.isSent && navigator.onLine) {
    setTimeout(() => section.querySelector("form").requestSubmit());
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) || "null");
  } catch {
    return null;
  }
}

function sum(box, section, fields) {
  const line = section.querySelector("[data-sum]");
  const typed = fields.some((one) => one.value !== "");
  const total = fields.reduce((before, one) => before + (Number(one.value) || 0), 0);
  const isRight = total === Number(box.dataset.present);
  line.textContent = typed ? `${total} / ${box.dataset.present}${isRight ? "" : ` · ${line.dataset.said}`}` : line.dataset.said;
  line.classList.toggle("wrong", typed && !isRight);
}

function say(section, text) {
  const line = section.querySelector("[data-state]");
  line.textContent = text;
  line.hidden = !text;
}
