// <quiz-autosave>: saves the answer as soon as it is chosen, and says so. Without JavaScript the button does it.
class QuizAutosave extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector("[data-saved]");
    this.form.addEventListener("change", () => this.save());
  }

  async save() {
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

customElements.define("quiz-autosave", QuizAutosave);
