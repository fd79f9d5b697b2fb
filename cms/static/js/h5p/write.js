// The form of a content, which works without any of this: <h5p-write> shows what is written as it plays, <h5p-list>
// adds, moves and removes items without asking the site, <h5p-rich> lets one write rich text without its tags.
import { Gate } from "./gate.js";

const QUIET = 1_200; // milliseconds without a change before the preview follows

class Write extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.button = this.querySelector("[data-preview]");
    this.holder = this.querySelector("[data-frame]");
    this.live = this.querySelector("[data-live]");
    this.live.hidden = false;
    this.gate = new Gate();
    this.events = new AbortController();
    const { signal } = this.events;
    addEventListener("message", (event) => this.hear(event), { signal });
    this.form.addEventListener("input", (event) => this.changed(event.target));
    this.form.addEventListener("change", (event) => this.choose(event.target));
    this.form.addEventListener("click", (event) => this.press(event));
    this.form.addEventListener("submit", () => this.leaves());
    addEventListener("beforeunload", (event) => this.isTouched && event.preventDefault(), { signal });
    for (const button of this.querySelectorAll("[data-show]")) button.hidden = true;
  }

  disconnectedCallback() {
    this.events.abort();
    clearTimeout(this.timer);
  }

  get frame() {
    return this.holder.querySelector("iframe");
  }

  hear(event) {
    const message = this.gate.read(event, this.frame);
    if (message?.kind === "size") this.frame.style.blockSize = `${message.height}px`;
  }

  leaves() {
    this.isTouched = false;
    clearTimeout(this.timer);
  }

  changed(control) {
    this.isTouched = true;
    if (control) this.look(control);
    clearTimeout(this.timer);
    if (this.live.querySelector("input").checked) this.timer = setTimeout(() => this.play(), QUIET);
  }

  // What was wrong with a field goes once it is written again; a text too long is told at once, and nothing is cut.
  look(control) {
    if (!control.id) return;
    const over = [...(control.value ?? "")].length - Number(control.dataset.most ?? Infinity);
    if (over > 0) {
      control.setAttribute("aria-invalid", "true");
      this.told(control).textContent = `${over} ${over > 1 ? "caractères" : "caractère"} de trop.`;
    } else if (control.getAttribute("aria-invalid")) {
      control.removeAttribute("aria-invalid");
      for (const id of [`${control.id}/@errors`, `${control.id}_errors`]) document.getElementById(id)?.remove();
    }
  }

  // Where to say what is wrong with a field: in place of what the site said of it.
  told(control) {
    const id = `${control.id}/@errors`;
    let place = document.getElementById(id);
    if (!place) {
      place = Object.assign(document.createElement("div"), { id });
      place.setAttribute("role", "status");
      control.before(place);
      control.setAttribute("aria-describedby", `${id} ${control.getAttribute("aria-describedby") ?? ""}`.trim());
    }
    if (place.children.length !== 1) place.replaceChildren(Object.assign(document.createElement("p"), { className: "error-message" }));
    return place.firstElementChild;
  }

  press(event) {
    if (event.target.closest("[data-preview]")) {
      event.preventDefault();
      this.play();
      this.say("L'aperçu est à jour.");
      this.querySelector("#h5p-preview-title").scrollIntoView({ block: "nearest" });
    }
  }

  // A frame of its own each time, so that going back leads to the page before this one; files are not sent.
  play() {
    clearTimeout(this.timer);
    const height = this.frame.style.blockSize;
    const frame = this.frame.cloneNode();
    frame.removeAttribute("src");
    frame.style.blockSize = height;
    this.frame.replaceWith(frame);
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: this.button.formAction, target: frame.name, hidden: true });
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value !== "string") continue;
      // A text area, for its line ends are kept.
      const field = document.createElement("textarea");
      Object.assign(field, { name, value });
      form.append(field);
    }
    document.body.append(form);
    form.submit();
    form.remove();
  }

  // A part of another kind is chosen: its fields take the place of those of the former.
  async choose(select) {
    const part = select.closest("[data-library]")?.querySelector(":scope > [data-part]");
    if (!part || select.id !== select.name || !select.matches("[data-library] > .h5p-field select")) return;
    this.changed();
    const address = `${this.getAttribute("part")}?${new URLSearchParams({ library: select.value, name: select.name })}`;
    part.replaceChildren();
    if (!select.value) return;
    part.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(answer.statusText);
      part.innerHTML = await answer.text();
      for (const button of part.querySelectorAll("[data-show]")) button.hidden = true;
      this.say("Les champs de cette partie suivent.");
    } catch {
      this.say("Les champs de cette partie ne viennent pas : vérifiez la connexion, puis choisissez de nouveau.");
      select.value = "";
    }
    part.removeAttribute("aria-busy");
  }

  say(words) {
    const said = this.querySelector("[data-said]");
    said.textContent = "";
    requestAnimationFrame(() => (said.textContent = words));
  }
}

let made = 0;

class List extends HTMLElement {
  connectedCallback() {
    this.entity = this.getAttribute("entity");
    this.items = this.querySelector(":scope > fieldset > [data-items]");
    this.add = this.querySelector(":scope > fieldset > [data-add]");
    this.blank = this.querySelector(":scope > template");
    this.add.addEventListener("click", (event) => this.act(event, () => this.append()));
    this.items.addEventListener("click", (event) => this.press(event));
    this.count();
  }

  get all() {
    return [...this.items.children];
  }

  press(event) {
    const button = event.target.closest("[data-move], [data-remove]");
    const item = button?.closest("[data-item]");
    if (!item || item.parentElement !== this.items) return;
    this.act(event, () => (button.dataset.move ? this.move(item, button) : this.remove(item)));
  }

  act(event, change) {
    event.preventDefault();
    event.stopPropagation();
    change();
    this.count();
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  append() {
    const most = Number(this.getAttribute("most") ?? Infinity);
    if (this.all.length >= most) return this.say(`${most} au plus : rien n'est ajouté.`);
    made += 1;
    const token = `n${Date.now().toString(36)}${made}`;
    const holder = document.createElement("template");
    holder.innerHTML = this.blank.innerHTML.replaceAll(this.getAttribute("blank"), token);
    const item = holder.content.querySelector("[data-item]");
    this.items.append(item);
    for (const button of item.querySelectorAll("[data-show]")) button.hidden = true;
    item.querySelector("[data-title]").focus();
    this.say(`Ajouté : ${this.entity} ${this.all.length}.`);
  }

  remove(item) {
    const at = this.all.indexOf(item);
    item.remove();
    const next = this.all[Math.min(at, this.all.length - 1)];
    (next ? next.querySelector("[data-title]") : this.add).focus();
    this.say(`Retiré : ${this.entity} ${at + 1}. Il en reste ${this.all.length}.`);
  }

  move(item, button) {
    const at = this.all.indexOf(item);
    const isUp = button.dataset.move === "up";
    if (isUp ? at === 0 : at === this.all.length - 1) return this.say(isUp ? "C'est déjà le premier." : "C'est déjà le dernier.");
    if (isUp) item.previousElementSibling.before(item);
    else item.nextElementSibling.after(item);
    button.focus();
    this.say(`Déplacé : ${this.entity}, maintenant ${isUp ? at : at + 2} sur ${this.all.length}.`);
  }

  count() {
    this.all.forEach((item, at) => {
      const own = (one) => one.closest("[data-item]") === item;
      for (const one of [...item.querySelectorAll("[data-number]")].filter(own)) one.textContent = at + 1;
    });
  }

  say(words) {
    this.closest("h5p-write").say(words);
  }
}

// By tag that the field takes: what the button is called, and the command of the browser it runs.
const COMMANDS = [
  ["strong", "Gras", "bold"],
  ["em", "Italique", "italic"],
  ["ul", "Liste à puces", "insertUnorderedList"],
  ["ol", "Liste numérotée", "insertOrderedList"],
  ["a", "Lien", "createLink"],
];
const NAMES = { B: "strong", I: "em" };

class Rich extends HTMLElement {
  connectedCallback() {
    this.source = this.querySelector("textarea");
    if (this.querySelector("[contenteditable]")) return;
    const tags = this.getAttribute("tags").split(" ");
    this.place = Object.assign(document.createElement("div"), { className: "h5p-rich__place", contentEditable: "true" });
    // What the site gives was cleaned by the site.
    this.place.innerHTML = this.source.value;
    const said = { role: "textbox", "aria-multiline": "true", "aria-label": this.getAttribute("label") };
    for (const [name, value] of Object.entries(said)) this.place.setAttribute(name, value);
    for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
      if (this.source.hasAttribute(name)) this.place.setAttribute(name, this.source.getAttribute(name));
    }
    const bar = document.createElement("div");
    bar.className = "h5p-rich__bar";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", `Mise en forme : ${this.getAttribute("label")}`);
    for (const [tag, words, command] of COMMANDS) {
      if (!tags.includes(tag)) continue;
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
      button.className = "button button-small button-secondary";
      button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
      button.addEventListener("click", () => this.run(command));
      bar.append(button);
    }
    // The label and the links to errors lead to what one writes in.
    this.source.hidden = true;
    this.place.id = this.source.id;
    this.source.removeAttribute("id");
    const label = this.closest(".h5p-field").querySelector("label");
    label?.addEventListener("click", () => this.place.focus());
    const source = this.closest(".h5p-field").querySelector("[data-source]");
    if (source) source.hidden = true;
    this.place.addEventListener("input", () => this.write());
    this.place.addEventListener("focus", () => this.begin());
    this.place.addEventListener("paste", (event) => {
      event.preventDefault();
      document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    });
    this.place.addEventListener("drop", (event) => event.preventDefault());
    this.append(bar, this.place);
  }

  // What is written is in a paragraph from its first letter.
  begin() {
    document.execCommand("defaultParagraphSeparator", false, "p");
    if (this.place.innerHTML.trim()) return;
    const paragraph = document.createElement("p");
    paragraph.append(document.createElement("br"));
    this.place.replaceChildren(paragraph);
    getSelection().collapse(paragraph, 0);
  }

  run(command) {
    this.place.focus();
    let value = null;
    if (command === "createLink") {
      value = prompt("Adresse du lien (https://…) ; vide pour retirer le lien.", "https://");
      if (value === null) return;
      if (!/^(https?:\/\/|mailto:|tel:)\S+/i.test(value)) command = "unlink";
    }
    document.execCommand(command, false, value);
    this.write();
  }

  write() {
    const copy = this.place.cloneNode(true);
    for (const one of copy.querySelectorAll("b, i")) {
      const other = document.createElement(NAMES[one.tagName]);
      other.append(...one.childNodes);
      one.replaceWith(other);
    }
    this.source.value = copy.textContent.trim() || copy.querySelector("img, hr, table") ? copy.innerHTML : "";
  }
}

customElements.define("h5p-write", Write);
customElements.define("h5p-list", List);
customElements.define("h5p-rich", Rich);
