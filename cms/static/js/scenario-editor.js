// The editor of a simulation: names of moments are offered where one leads to them; the map and the problems open their block.
{
  const NAMES = /^nodes-\d+-value-id$/;
  const TARGETS = /^(start|nodes-\d+-value-options-\d+-value-next)$/;

  const offerNames = (field) => {
    let list = document.getElementById("scenario-moments");
    if (!list) {
      list = document.createElement("datalist");
      list.id = "scenario-moments";
      document.body.append(list);
    }
    const fields = [...field.form.elements].filter((one) => NAMES.test(one.name));
    const kept = fields.filter((one) => field.form.elements[one.name.replace("-value-id", "-deleted")]?.value !== "1");
    const names = new Set(kept.map((one) => one.value.trim()).filter(Boolean));
    list.replaceChildren(...[...names].map((name) => new Option(name, name)));
    field.setAttribute("list", list.id);
  };

  const openBlock = (section) => {
    for (let panel = section; panel; panel = panel.parentElement.closest("[data-panel]")) {
      const toggle = panel.querySelector(":scope > .w-panel__header [data-panel-toggle]");
      if (toggle?.getAttribute("aria-expanded") === "false") toggle.click();
    }
    section.querySelector(".w-panel__content :is(input:not([type=hidden]), textarea)")?.focus({ preventScroll: true });
    // Once it has its height: what opens above the map would otherwise leave the screen where it was.
    requestAnimationFrame(() => requestAnimationFrame(() => section.scrollIntoView({ block: "start", behavior: "instant" })));
  };

  document.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLInputElement && TARGETS.test(event.target.name)) offerNames(event.target);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".scenario-map a, .scenario-problems a");
    const section = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!section) return;
    event.preventDefault();
    openBlock(section);
  });
}
