// <kept-draft data-key="…" data-saved="…">: what is written in its form stays on this device until the site has it, then
// goes. `data-saved`: when the site last kept it; something newer than what waits here is never written over unasked.
import { post, WORDS } from "./post.js";

const PAUSE = 700; // milliseconds without a change before it is sent
const RETRY = 5_000;

class KeptDraft extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.form.querySelector("[role=status]");
    this.choice = this.querySelector("[data-choice]");
    this.name = `brouillon:${this.dataset.key}`;
    this.form.addEventListener("input", () => this.change());
    this.form.addEventListener("submit", (event) => this.submit(event));
    addEventListener("online", () => this.timer && this.save());
    const kept = JSON.parse(localStorage.getItem(this.name));
    this.toggleAttribute("data-waiting", Boolean(kept));
    if (kept?.content === this.content()) this.forget(); // it left, and only the answer was lost
    else if (kept?.saved === this.dataset.saved) this.take(kept);
    else if (kept) this.ask(kept);
  }

  ask(kept) {
    this.choice.hidden = false;
    this.choice.addEventListener("click", ({ target }) => {
      if ("take" in target.dataset) this.take(kept);
      else if ("leave" in target.dataset) this.forget();
      else return;
      this.choice.hidden = true;
    });
  }

  forget() {
    localStorage.removeItem(this.name);
    this.toggleAttribute("data-waiting", false);
  }

  take({ content }) {
    const fields = this.form.elements;
    for (const [name, value] of JSON.parse(content)) if (fields[name]) fields[name].value = value;
    this.save();
  }

  content() {
    return JSON.stringify([...new FormData(this.form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
  }

  change() {
    localStorage.setItem(this.name, JSON.stringify({ content: this.content(), saved: this.dataset.saved }));
    this.toggleAttribute("data-waiting", true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  // One sending at a time, the latest words last.
  save() {
    clearTimeout(this.timer);
    return (this.saving = (this.saving ?? Promise.resolve()).then(() => this.send()));
  }

  async send() {
    this.timer = null;
    if (!localStorage.getItem(this.name)) return "kept"; // by the sending before
    const sent = this.content();
    const said = await post(this.form.getAttribute("action") ?? location.href, new FormData(this.form));
    if (said.at) this.dataset.saved = said.at;
    if ((said.is === "kept" || said.is_over) && sent === this.content()) this.forget();
    if (said.is === "away") this.timer = setTimeout(() => this.save(), RETRY);
    const left = said.is === "kept" && this.missed ? `. Il reste à appuyer de nouveau sur « ${this.missed} »` : "";
    this.status.textContent = (WORDS[said.is] ?? said.saved ?? said.error) + left;
    return said.is;
  }

  // What the button does follows what is on its way, and stays here when nothing can leave.
  async submit(event) {
    if (this.isReady) return;
    event.preventDefault();
    if ((await this.save()) in WORDS) {
      this.missed = event.submitter?.textContent.trim();
      return;
    }
    this.isReady = true;
    this.form.requestSubmit(event.submitter);
  }
}

customElements.define("kept-draft", KeptDraft);
