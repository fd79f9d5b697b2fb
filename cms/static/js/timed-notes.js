// <timed-notes data-key="…" data-elapsed="42">: a note keeps the second it was written at, and waits on this device until
// the site has it. Sent twice under one key it is kept once; refused, it stays, with its reason, to be changed or erased.
import { post, WORDS } from "./post.js";

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
    this.list.addEventListener("click", ({ target }) => this.decide(target.dataset));
    addEventListener("online", () => this.send());
    this.send();
  }

  add(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    const at = Math.max(0, Math.round((Date.now() - this.began) / 1000));
    const note = { key: crypto.randomUUID(), at, ...this.changing, text };
    this.changing = null;
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

  show({ key, at, text, error, mayStay }) {
    const item = this.querySelector("template").content.firstElementChild.cloneNode(true);
    item.id = `note-${key}`;
    item.querySelector("b").textContent = `${Math.floor(at / 60)}:${String(at % 60).padStart(2, "0")}`;
    item.querySelector("[data-text]").textContent = text;
    item.querySelector("[data-refused]").hidden = !error;
    item.querySelector("[data-reason]").textContent = error ?? "";
    item.querySelector("[data-act=stay]").hidden = !mayStay;
    for (const button of item.querySelectorAll("button")) button.dataset.note = key;
    const shown = document.getElementById(item.id);
    if (shown) shown.replaceWith(item);
    else this.list.append(item);
  }

  // What becomes of a note that was refused.
  decide({ act, note: key }) {
    const note = this.waiting.find((one) => one.key === key);
    if (!note) return;
    if (act === "stay") {
      Object.assign(note, { error: "", mayStay: false, is_reread: "on" });
      this.show(note);
    } else {
      this.keep(this.waiting.filter((one) => one !== note));
      document.getElementById(`note-${key}`).remove();
      if (act === "change") [this.changing, this.field.value] = [{ key, at: note.at }, note.text];
      this.field.focus();
    }
    this.send();
  }

  send() {
    clearTimeout(this.timer);
    this.sending = (this.sending ?? Promise.resolve()).then(() => this.empty());
  }

  async empty() {
    for (let note; (note = this.waiting.find((one) => !one.error)); ) {
      const body = new FormData(this.form);
      for (const name of ["key", "at", "text", "is_reread"]) body.set(name, note[name] ?? "");
      const said = await post(this.form.action, body);
      this.status.textContent = WORDS[said.is] ?? (said.is === "kept" ? "Note enregistrée." : "Une note est à revoir.");
      if (said.is === "away") this.timer = setTimeout(() => this.send(), RETRY);
      if (said.is in WORDS) return;
      if (said.is === "kept") this.keep(this.waiting.filter((one) => one !== note));
      else Object.assign(note, { error: said.error, mayStay: Boolean(said.to_reread) });
      this.keep(this.waiting);
      this.show(note);
    }
  }
}

customElements.define("timed-notes", TimedNotes);
