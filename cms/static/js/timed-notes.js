// <timed-notes data-key="…" data-elapsed="42">: notes keep the second they were written at, and wait on this device for
// the network. Sent twice under one key, a note is kept once.
const RETRY = 5_000;

class TimedNotes extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.form.elements.text;
    this.list = this.querySelector("ol");
    this.status = this.querySelector("[role=status]");
    this.name = `notes:${this.dataset.key}`;
    this.began = Date.now() - Number(this.dataset.elapsed) * 1000;
    this.waiting = JSON.parse(localStorage.getItem(this.name) ?? "[]");
    this.waiting.forEach((note) => this.show(note));
    this.form.addEventListener("submit", (event) => this.add(event));
    addEventListener("online", () => this.send());
    this.send();
  }

  add(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    const note = { key: crypto.randomUUID(), at: Math.round((Date.now() - this.began) / 1000), text };
    this.keep([...this.waiting, note]);
    this.show(note);
    this.field.value = "";
    this.send();
  }

  keep(waiting) {
    this.waiting = waiting;
    if (waiting.length) localStorage.setItem(this.name, JSON.stringify(waiting));
    else localStorage.removeItem(this.name);
  }

  show({ key, at, text }) {
    const item = Object.assign(document.createElement("li"), { id: `note-${key}` });
    const clock = `${Math.floor(at / 60)}:${String(at % 60).padStart(2, "0")}`;
    item.append(Object.assign(document.createElement("b"), { textContent: clock }), " ");
    item.append(Object.assign(document.createElement("span"), { textContent: text }));
    this.list.append(item);
  }

  send() {
    clearTimeout(this.timer);
    this.sending = (this.sending ?? Promise.resolve()).then(() => this.empty());
  }

  async empty() {
    while (this.waiting.length) {
      const note = this.waiting[0];
      const body = new FormData(this.form);
      for (const name of ["key", "at", "text"]) body.set(name, note[name]);
      try {
        const options = { method: "POST", body, headers: { "X-Autosave": "1" }, redirect: "error" };
        const said = await (await fetch(this.form.action, options)).json();
        this.keep(this.waiting.slice(1));
        this.status.textContent = said.error ?? "Note enregistrée.";
        if (said.error) this.giveBack(note);
      } catch {
        this.status.textContent = "Vos notes sont gardées sur cet appareil : elles partiront au retour de la connexion.";
        this.timer = setTimeout(() => this.send(), RETRY);
        return;
      }
    }
  }

  // Refused: the words go back where they are written, to be changed.
  giveBack({ key, text }) {
    document.getElementById(`note-${key}`)?.remove();
    if (!this.field.value) this.field.value = text;
  }
}

customElements.define("timed-notes", TimedNotes);
