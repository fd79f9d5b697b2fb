// <socle-activity src results state title person>: an H5P activity in its frame. What the frame says is checked, then
// sent to `results` and `state`; without them, a preview, nothing is. Its template says what is inside.
import { Gate } from "./gate.js";
import { Queue } from "./queue.js";
import { onFullScreen } from "./full-screen.js";
import { TROUBLES } from "./troubles.js";

class SocleActivity extends HTMLElement {
  connectedCallback() {
    this.parts = Object.fromEntries([...this.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
    this.gate = new Gate();
    this.frame = Object.assign(document.createElement("iframe"), { title: this.title, allow: "fullscreen", loading: "lazy" });
    this.frame.setAttribute("sandbox", "allow-scripts");
    this.frame.src = this.getAttribute("src");
    this.removeAttribute("title"); // a tooltip over everything
    const [results, state] = ["results", "state"].map((name) => this.getAttribute(name));
    // A page that is the same for everyone says who plays around its body; who is nobody there plays a preview.
    const person = this.getAttribute("person") || this.closest("[data-person]")?.dataset.person;
    if (results && !person) this.tell({ saved: "Aperçu : rien n'est enregistré." });
    else if (results) this.queue = new Queue({ person, results, state, tell: (answer) => this.tell(answer) });
    const { signal } = (this.events = new AbortController());
    addEventListener("message", (event) => this.hear(event), { signal });
    onFullScreen(this, this.parts.screen, signal);
    for (const name of ["online", "focus"]) addEventListener(name, () => this.queue?.send(), { signal });
    addEventListener("pagehide", () => this.queue?.flush(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.queue?.flush(), { signal });
    this.append(this.frame);
  }

  disconnectedCallback() {
    this.events.abort();
    this.frame.remove();
  }

  hear(event) {
    const message = this.gate.read(event, this.frame);
    if (!message) return;
    if (message.kind === "size") this.frame.style.blockSize = `${message.height}px`;
    else if (message.kind === "ready") this.parts.trouble.hidden = true;
    else if (Object.hasOwn(TROUBLES, message.kind)) this.warn(TROUBLES[message.kind]);
    else this.queue?.push(message);
  }

  warn(words) {
    this.parts.trouble.hidden = false;
    this.parts.words.textContent = words;
  }

  tell({ saved, error, isOut, isOpening }) {
    const { status } = this.parts;
    const line = status.parentElement;
    const before = line.hasAttribute("data-waiting") ? "" : status.textContent;
    const words = error ?? (isOpening ? before : saved);
    if (status.textContent !== words) status.textContent = words;
    line.toggleAttribute("data-waiting", !saved);
    this.parts.login.hidden = !isOut;
    if (saved) this.dispatchEvent(new CustomEvent("activity:saved", { bubbles: true }));
  }
}

customElements.define("socle-activity", SocleActivity);
