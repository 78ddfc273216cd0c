// The large screen: dark from the first moment, turns to the next picture by itself, stops when asked.
document.documentElement.dataset.bsTheme = "dark";
document.addEventListener("DOMContentLoaded", () => {
  const wall = document.querySelector("[data-next]");
  const button = document.querySelector("[data-wall-pause]");
  if (!wall || !button) return;
  const words = [button.textContent, button.dataset.paused];
  let paused = sessionStorage.getItem("wall-paused") === "1";
  const show = () => {
    button.textContent = words[paused ? 1 : 0];
    button.setAttribute("aria-pressed", String(paused));
  };
  button.addEventListener("click", () => {
    paused = !paused;
    sessionStorage.setItem("wall-paused", paused ? "1" : "0");
    show();
  });
  show();
  setInterval(() => {
    if (!paused) location.assign(wall.dataset.next);
  }, Number(wall.dataset.seconds) * 1000);
});
