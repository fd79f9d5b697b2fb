// <kept-draft data-key="…">: what is written in its form stays on this device until the site says it has it, then goes.
const PAUSE = 700; // milliseconds without a change before it is sent
const RETRY = 5_000;
const AWAY = "Gardé sur cet appareil : la connexion manque. Ce sera envoyé dès son retour.";

class KeptDraft extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector("[role=status]");
    this.name = `brouillon:${this.dataset.key}`;
    this.form.addEventListener("input", () => this.change());
    this.form.addEventListener("submit", (event) => this.submit(event));
    addEventListener("online", () => localStorage.getItem(this.name) && this.save());
    this.restore(localStorage.getItem(this.name));
  }

  restore(kept) {
    if (!kept) return;
    for (const [name, value] of JSON.parse(kept)) if (this.form.elements[name]) this.form.elements[name].value = value;
    this.save();
  }

  content() {
    return JSON.stringify([...new FormData(this.form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
  }

  change() {
    localStorage.setItem(this.name, this.content());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  // One sending at a time, the latest words last.
  save() {
    clearTimeout(this.timer);
    return (this.saving = (this.saving ?? Promise.resolve()).then(() => this.send()));
  }

  async send() {
    const sent = this.content();
    const address = this.form.getAttribute("action") ?? location.href;
    const body = new FormData(this.form);
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { "X-Autosave": "1" }, redirect: "error" });
      const said = await answer.json();
      this.status.textContent = said.saved ?? said.error;
      if ((answer.ok || said.is_over) && sent === this.content()) localStorage.removeItem(this.name);
      return true;
    } catch {
      this.status.textContent = AWAY;
      this.timer = setTimeout(() => this.save(), RETRY);
      return false;
    }
  }

  // What the button does follows what is on its way, and stays here when nothing can leave.
  async submit(event) {
    if (this.isReady) return;
    event.preventDefault();
    if (!(await this.save())) return;
    this.isReady = true;
    this.form.requestSubmit(event.submitter);
  }
}

customElements.define("kept-draft", KeptDraft);
