// Runs before the page is painted, so that a dark screen never flashes white.
(() => {
  const chosen = localStorage.getItem("fupin-theme");
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
