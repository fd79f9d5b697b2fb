// <quiz-autosave>: saves the answer as soon as it is chosen, and says so. Without JavaScript the button does it.
const PATIENCE = 5_000; // milliseconds the button waits for what is on its way

class QuizAutosave extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector("[data-saved]");
    this.form.addEventListener("change", () => this.save());
    this.form.addEventListener("submit", (event) => this.submit(event));
  }

  // One at a time, the latest answer last: two sent together could arrive the other way round.
  save() {
    this.isStale = true;
    this.saving ??= this.send().finally(() => (this.saving = null));
  }

  // What the button sends must not be overtaken by an answer sent before it.
  async submit(event) {
    if (!this.saving) return;
    event.preventDefault();
    await Promise.race([this.saving, new Promise((done) => setTimeout(done, PATIENCE))]);
    this.saving = null;
    this.form.requestSubmit(event.submitter);
  }

  async send() {
    while (this.isStale) {
      this.isStale = false;
      this.status.textContent = "Enregistrement…";
      try {
        const answer = await fetch(this.form.action, {
          method: "POST",
          body: new FormData(this.form),
          headers: { "X-Autosave": "1" },
          redirect: "error",
        });
        const { saved, error } = await answer.json();
        this.status.textContent = saved ?? error;
      } catch {
        this.status.textContent = "Pas encore enregistré : la connexion manque. Le bouton réessaiera.";
      }
    }
  }
}

customElements.define("quiz-autosave", QuizAutosave);
