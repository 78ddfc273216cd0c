// A field for a division: what is typed is asked for, codes and names are offered in the field's list.
let waiting = 0;
document.addEventListener("input", (event) => {
  const field = event.target;
  const list = field.list;
  if (!list?.dataset.places) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const answer = await fetch(`${list.dataset.places}?q=${encodeURIComponent(field.value)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { places } = await answer.json();
    list.replaceChildren(
      ...places.map(({ code, name }) => {
        const option = document.createElement("option");
        option.value = code;
        option.textContent = name;
        return option;
      }),
    );
  }, 200);
});
